import { type ASTNode, GraphQLError, Kind } from 'graphql';
import { errorLimits } from '../../access/limits.js';
import { errorHeaders } from '../../errors/errorHeaders.js';
import { type ErrorCode, errorCatalogue, LlamaHomeError } from '../../errors/index.js';
import { shorten } from '../../errors/shorten.js';
import type { OperationContext } from '../context.js';
import { toGraphQLError } from './toGraphQLError.js';

type ErrorContext = Partial<Pick<OperationContext, 'services' | 'requestId' | 'transport' | 'signal'>>;

/** Yoga's extension that sets status and headers of the HTTP answer; `spec` leaves `application/json` its 200. */
interface HttpExtension {
  status: number;
  headers?: Record<string, string>;
  spec?: boolean;
}

/** How far the operation came: `refused` before anything ran, `failed` with no data at all, or `partial`. */
export type Outcome = 'refused' | 'failed' | 'partial';

/** Refusals that set the HTTP status whenever they stop the whole operation, whatever the media type. */
const stopping: readonly number[] = [401, 403, 429, 503];
/** Errors of the HTTP request itself: they set the status for every media type. */
const ofTransport: readonly number[] = [405, 406, 413, 415, 500];

/** Yoga's codes for wrong parameters of the request: the specification wants their status for every media type. */
const ofParameters: readonly unknown[] = ['BAD_REQUEST', 'OPERATION_RESOLUTION_FAILURE'];

const codeOfStatus: Readonly<Record<number, ErrorCode>> = {
  405: 'method_not_allowed',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
};

function isGraphQLError(error: unknown): error is GraphQLError {
  return error instanceof Error && error.name === 'GraphQLError';
}

function hasCode(error: GraphQLError): boolean {
  return Object.hasOwn(errorCatalogue, String(error.extensions.code).toLowerCase());
}

/** What was thrown under the layers that execution puts around it; the error itself when it is GraphQL's own. */
function causeOf(error: unknown): unknown {
  let cause = error;
  while (isGraphQLError(cause) && !hasCode(cause)) {
    if (cause.originalError == null) return error;
    cause = cause.originalError;
  }
  return cause;
}

/** A resolver's value that its type can't show: ours to mend, nothing that the caller did. One of an argument is about that. */
function isBadResult(error: GraphQLError): boolean {
  return error.path !== undefined && error.nodes?.[0]?.kind === Kind.FIELD;
}

/** The input field, argument or variable that an error of GraphQL itself is about. */
function fieldOf(node: ASTNode | undefined): string | undefined {
  if (node?.kind === Kind.VARIABLE_DEFINITION) return node.variable.name.value;
  const isNamed = node?.kind === Kind.OBJECT_FIELD || node?.kind === Kind.ARGUMENT || node?.kind === Kind.VARIABLE;
  return isNamed ? node.name.value : undefined;
}

function httpOf(error: GraphQLError): Partial<HttpExtension> {
  const { http } = error.extensions;
  return typeof http === 'object' && http !== null ? http : {};
}

/** The base of an answer: message, code and details, nothing of where it happened. */
function baseError(cause: unknown, outer: unknown, context: ErrorContext): GraphQLError {
  const { services, requestId = '' } = context;
  if (cause instanceof LlamaHomeError && cause.code === 'internal_error') {
    services?.logger.error({ err: cause, requestId }, 'an operation failed');
    const details = { ...cause.details, request_id: requestId };
    return toGraphQLError(new LlamaHomeError(cause.code, cause.message, details));
  }
  if (!isGraphQLError(cause)) {
    if (cause instanceof LlamaHomeError || services === undefined) return toGraphQLError(cause);
    if (context.signal?.aborted !== true) return toGraphQLError(cause, { services, requestId });
    services.logger.debug({ err: cause, requestId }, 'an operation failed after its caller had gone');
    return toGraphQLError(new LlamaHomeError('cancelled', 'The caller has gone.'));
  }
  if (hasCode(cause)) return cause;
  if (isGraphQLError(outer) && isBadResult(outer))
    return baseError(new Error(cause.message, { cause }), undefined, context);
  const code = codeOfStatus[httpOf(cause).status ?? 400] ?? 'invalid_request';
  const field = code === 'invalid_request' ? fieldOf(cause.nodes?.[0]) : undefined;
  return new GraphQLError(cause.message, {
    extensions: {
      code: code.toUpperCase(),
      details: field === undefined ? {} : { field: shorten(field, errorLimits.name) },
      http: { ...httpOf(cause), spec: !ofParameters.includes(cause.extensions.code) },
    },
  });
}

function asDetails(details: unknown): Record<string, unknown> {
  return typeof details === 'object' && details !== null ? { ...details } : {};
}

/** What belongs into the HTTP answer because of an error; nothing when the rest of the answer still counts. */
function httpExtension(error: GraphQLError, outcome: Outcome): HttpExtension | undefined {
  const code = String(error.extensions.code).toLowerCase();
  const ofCode: number = Object.entries(errorCatalogue).find(([known]) => known === code)?.[1] ?? 400;
  // The catalogue has no code of its own for what HTTP calls not acceptable.
  const status = httpOf(error).status === 406 ? 406 : ofCode;
  if (outcome === 'partial' || (outcome === 'failed' && !stopping.includes(status))) return undefined;
  const { details } = error.extensions;
  const headers = { ...httpOf(error).headers, ...errorHeaders({ status, details: asDetails(details) }) };
  const isOfOperation = httpOf(error).spec !== false && !stopping.includes(status) && !ofTransport.includes(status);
  return { status, headers, spec: isOfOperation };
}

/**
 * Any error as GraphQL tells it, with a code of the catalogue, `details`, and, over HTTP, status and headers.
 * What is neither a LlamaHomeError nor GraphQL's own becomes `INTERNAL_ERROR` with the request id; it is logged with its stack.
 */
export function codedError(error: unknown, context: ErrorContext, outcome: Outcome): GraphQLError {
  const base = baseError(causeOf(error), error, context);
  const place = isGraphQLError(error) ? error : base;
  const http = context.transport === 'ws' || context.transport === 'rest' ? undefined : httpExtension(base, outcome);
  const { code, details = {} } = base.extensions;
  return new GraphQLError(shorten(base.message, errorLimits.message), {
    nodes: place.nodes?.slice(0, errorLimits.places) ?? null,
    source: place.source ?? null,
    positions: place.positions?.slice(0, errorLimits.places) ?? null,
    path: place.path ?? null,
    extensions: { code, details, ...(http === undefined ? {} : { http }) },
  });
}
