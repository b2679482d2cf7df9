import type { z } from 'zod';
import type { Scope } from '../access/Principal.js';
import type { ErrorCode } from '../errors/index.js';
import type { Call } from '../http/Call.js';
import { restPath } from '../http/paths.js';
import type { Method, Route } from '../http/Route.js';
import { readJson } from '../http/readBody.js';
import { readFields } from './requests.js';

/** What a route of REST takes and gives, as the API description tells it. */
export interface RestOperation {
  method: Method;
  /** Behind `/api/v1`, with `:name` parts. */
  path: string;
  /** Unique, for tools that make clients. */
  id: string;
  group: 'Text' | 'Prompts' | 'Models' | 'Config' | 'Description';
  summary: string;
  description?: string;
  /** What the caller needs; none: no token either. */
  scope?: Scope;
  /** Beside those of the path. */
  parameters?: readonly ('idempotencyKey' | 'after' | 'lastEventId')[];
  /** What the JSON body holds, which is checked by it; none: no body is read. */
  request?: z.ZodType;
  /** Default 200. */
  status?: 200 | 202;
  /** What the answer holds; streams come as lines of JSON or as server-sent events. */
  answer: { json?: z.ZodType; lines?: z.ZodType; other?: string };
  /** Beside those of every answer. */
  headers?: readonly ('X-Prompt-Id' | 'X-LlamaHome-Model' | 'Location')[];
  /** Beside those of every route that needs a token. */
  errors: readonly ErrorCode[];
}

export interface RestRoute extends Route {
  operation: RestOperation;
}

/** What `request` describes, as its handler gets it. */
type Fields<Operation extends RestOperation> = Operation extends { request: z.ZodType }
  ? z.infer<Operation['request']>
  : undefined;

/** A route that reads its body as its operation says, before the handler sees it. */
export function restRoute<const Operation extends RestOperation>(
  operation: Operation,
  handle: (call: Call, fields: Fields<Operation>) => Response | Promise<Response>,
): RestRoute {
  const { method, path, scope, request } = operation;
  return {
    method,
    path: restPath + path,
    authentication: scope === undefined ? 'none' : 'required',
    operation,
    handle: async (call) => {
      const fields = request === undefined ? undefined : readFields(request, await readJson(call));
      // By the definition of Fields.
      return handle(call, fields as Fields<Operation>);
    },
  };
}
