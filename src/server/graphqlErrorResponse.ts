import { errorHeaders } from '../errors/errorHeaders.js';
import { LlamaHomeError } from '../errors/index.js';
import { formatErrors, toGraphQLError } from '../graphql/execution/toGraphQLError.js';
import { rateLimitExtension } from '../graphql/plugins/useRateLimit.js';
import type { Call } from '../http/Call.js';
import { jsonResponse } from '../http/jsonResponse.js';

/** The media types of results, GraphQL's own first. */
export const graphqlResultTypes = [
  'application/graphql-response+json',
  'application/json',
  'text/event-stream',
  'multipart/mixed',
] as const;

/** GraphQL's own media type for a caller that names it. */
function contentTypeFor(accept: string | undefined): Record<string, string> {
  const [own] = graphqlResultTypes;
  return accept?.includes(own) ? { 'content-type': `${own}; charset=utf-8` } : {};
}

/** An error of the whole request, before any operation began, with the allowance of a caller who is known. */
export async function graphqlErrorResponse(
  error: unknown,
  { context, services, headers: { accept } }: Call,
  { status }: { status?: number } = {},
): Promise<Response> {
  const { principal } = context;
  const formatted = toGraphQLError(error, context);
  const cause = error instanceof LlamaHomeError ? error : new LlamaHomeError('internal_error', formatted.message);
  const state = principal && (await services.access.rateLimit(principal).catch(() => undefined));
  const body = { errors: formatErrors([formatted]), extensions: state && rateLimitExtension(state) };
  return jsonResponse(body, status ?? cause.status, { ...errorHeaders(cause), ...contentTypeFor(accept) });
}
