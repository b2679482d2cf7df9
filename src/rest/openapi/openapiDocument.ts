import { type ErrorCode, errorCatalogue } from '../../errors/index.js';
import { version } from '../../version.js';
import * as answers from '../answerSchemas.js';
import type { RestOperation } from '../RestRoute.js';
import { type JsonSchema, openapiSchemas, schemaRef } from './openapiSchemas.js';
import { parameters } from './parameters.js';

export interface MediaType {
  schema?: JsonSchema;
}

export interface ResponseObject {
  description: string;
  headers: Record<string, { $ref: string }>;
  content: Record<string, MediaType>;
}

export interface ParameterObject {
  name: string;
  in: string;
  description?: string;
  required?: boolean;
  schema: JsonSchema;
}

export interface OperationObject {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  security: Record<string, string[]>[];
  parameters: ParameterObject[];
  requestBody?: { required: true; content: Record<string, MediaType> };
  responses: Record<string, ResponseObject>;
}

export interface OpenapiDocument {
  openapi: string;
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } };
  servers: { url: string }[];
  tags: { name: string; description: string }[];
  security: Record<string, string[]>[];
  paths: Record<string, Record<string, OperationObject>>;
  components: {
    securitySchemes: Record<string, Record<string, string>>;
    headers: Record<string, { description: string; schema: JsonSchema }>;
    schemas: Record<string, JsonSchema>;
  };
}

const about = `Serves local language models. Everything here is also in the GraphQL API at \`/graphql\`, which offers more.

JSON in and out, in snake_case; an unknown field is refused. Errors are \`{"error": {"code", "message", "details"}}\` with a code of one catalogue. A path that is asked with another method answers 405 \`method_not_allowed\` with the header Allow. What a request leaves out comes from Config.`;

const tags: Record<RestOperation['group'], string> = {
  Text: 'Generate a text and wait for it.',
  Prompts: 'Prompts that run on without their caller.',
  Models: 'What can be asked.',
  Config: 'Settings that can change while the server runs.',
  Description: 'What you are reading.',
};

const headers = {
  'X-Request-Id': { description: 'Of this request, for the log of the server.', schema: { type: 'string' } },
  'RateLimit-Limit': { description: "Requests a minute of the caller's tier.", schema: { type: 'integer' } },
  'RateLimit-Remaining': { description: 'Requests that may be made right now.', schema: { type: 'integer' } },
  'RateLimit-Reset': { description: 'Seconds until the whole burst is there again.', schema: { type: 'integer' } },
  'Retry-After': {
    description: 'Seconds to wait, rounded up; `details.retry_after` is exact.',
    schema: { type: 'integer' },
  },
  'WWW-Authenticate': { description: '`Bearer`.', schema: { type: 'string' } },
  'X-Prompt-Id': { description: 'Id of the prompt.', schema: { type: 'string' } },
  'X-LlamaHome-Model': {
    description: 'Catalogue id of the model that runs the prompt; of a batch all, separated by commas.',
    schema: { type: 'string' },
  },
  Location: { description: 'Where the prompt can be looked up.', schema: { type: 'string' } },
};

type HeaderName = keyof typeof headers;

/** Errors of every route that needs a token. */
const ofEveryRoute: readonly ErrorCode[] = [
  'authentication_required',
  'invalid_token',
  'token_expired',
  'permission_denied',
  'rate_limit_exceeded',
  'internal_error',
];
const allowance: readonly HeaderName[] = ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'];
const ofStatus: Readonly<Record<number, readonly HeaderName[]>> = {
  401: ['WWW-Authenticate'],
  429: ['Retry-After'],
  503: ['Retry-After'],
};

function headerRefs(names: readonly HeaderName[]): ResponseObject['headers'] {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

function answerOf({ answer, headers: own = [], scope, status = 200 }: RestOperation): Record<string, ResponseObject> {
  const content: ResponseObject['content'] = {};
  if (answer.json !== undefined) content['application/json'] = { schema: schemaRef(answer.json) };
  if (answer.lines !== undefined) {
    const contentSchema = schemaRef(answer.lines);
    for (const contentMediaType of ['application/x-ndjson', 'text/event-stream']) {
      const description = 'Each line holds a StreamLine.';
      const schema = { type: 'string', description, contentMediaType, contentSchema };
      content[contentMediaType] = { schema };
    }
  }
  if (answer.other !== undefined) content[answer.other] = {};
  const names: HeaderName[] = ['X-Request-Id', ...(scope === undefined ? [] : allowance), ...own];
  const description = status === 202 ? 'Accepted.' : 'Done.';
  return { [status]: { description, headers: headerRefs(names), content } };
}

function errorsOf({ errors, scope }: RestOperation): Record<string, ResponseObject> {
  const codes = new Set([...errors, ...(scope === undefined ? ['permission_denied' as const] : ofEveryRoute)]);
  const responses: Record<string, ResponseObject> = {};
  const hasCaller = scope !== undefined;
  for (const [code, status] of Object.entries(errorCatalogue)) {
    if (![...codes].some((known) => known === code)) continue;
    const before = responses[status];
    responses[status] = {
      description: before === undefined ? `\`${code}\`` : `${before.description}, \`${code}\``,
      headers: headerRefs([
        'X-Request-Id',
        ...(hasCaller && status !== 401 ? allowance : []),
        ...(ofStatus[status] ?? []),
      ]),
      content: { 'application/json': { schema: schemaRef(answers.error) } },
    };
  }
  return responses;
}

function pathParameters(path: string): ParameterObject[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', minLength: 1 },
  }));
}

function operationOf(operation: RestOperation): OperationObject {
  const { path, id, group, summary, description, scope, request, parameters: named = [] } = operation;
  const needs = scope === undefined ? 'Needs no token.' : `Needs the scope \`${scope}\`.`;
  return {
    operationId: id,
    tags: [group],
    summary,
    description: description === undefined ? needs : `${description}\n\n${needs}`,
    security: scope === undefined ? [] : [{ bearer: [] }],
    parameters: [...pathParameters(path), ...named.map((name) => parameters[name])],
    ...(request === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: schemaRef(request) } } } }),
    responses: { ...answerOf(operation), ...errorsOf(operation) },
  };
}

/**
 * The description of operations of REST, OpenAPI 3.1.
 * @param base where they are found, like `/api/v1`
 */
export function openapiDocument(operations: readonly RestOperation[], base: string): OpenapiDocument {
  const paths: OpenapiDocument['paths'] = {};
  for (const operation of operations) {
    const item = operation.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[item] = { ...paths[item], [operation.method.toLowerCase()]: operationOf(operation) };
  }
  const bearerFormat = 'a token, or an API key `lh_…`';
  return {
    openapi: '3.1.0',
    info: { title: 'LlamaHome', version, description: about, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: base }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat } },
      headers,
      schemas: openapiSchemas(),
    },
  };
}
