import type { ExecutionResult } from 'graphql';
import { liveBody, liveHeaders } from '../../streaming/liveBody.js';
import { formatErrors } from '../execution/toGraphQLError.js';

/** One way of answering with results as they come, over HTTP. */
export interface StreamForm {
  contentType: string;
  opening: string;
  encode: (result: ExecutionResult) => string;
  heartbeat: string;
  closing: string;
}

function told(result: ExecutionResult): object {
  return result.errors === undefined ? result : { ...result, errors: formatErrors(result.errors) };
}

/**
 * Server-sent events, as graphql-sse's protocol has them in its distinct connections mode.
 * @see https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
 */
export const eventStream: StreamForm = {
  contentType: 'text/event-stream; charset=utf-8',
  // Some browsers hand out an answer only with its first bytes.
  opening: ':\n\n',
  encode: (result) => `event: next\ndata: ${JSON.stringify(told(result))}\n\n`,
  heartbeat: ':\n\n',
  closing: 'event: complete\ndata:\n\n',
};

/** Ends with the delimiter: a client takes a part for whole only when it has seen what comes behind it. */
function part(value: object): string {
  return `\r\ncontent-type: application/json\r\n\r\n${JSON.stringify(value)}\r\n---`;
}

/** What has no data at all is no event: it is why the stream ends here. */
function inPayload(result: ExecutionResult): object {
  if (result.data !== undefined) return { payload: told(result) };
  const { errors = [], extensions } = result;
  return { payload: null, errors: formatErrors(errors), ...(extensions === undefined ? {} : { extensions }) };
}

/**
 * Parts of one body, as Apollo's clients ask for subscriptions.
 * @see https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol
 */
export const apolloMultipart: StreamForm = {
  contentType: 'multipart/mixed;boundary="-";subscriptionSpec=1.0',
  opening: '\r\n---',
  encode: (result) => part(inPayload(result)),
  heartbeat: part({}),
  closing: '--\r\n',
};

/** Whether a part of an `Accept` header, without spaces and in lower case, is Apollo's for subscriptions. */
function isApollo([type, ...parameters]: string[]): boolean {
  return type === 'multipart/mixed' && parameters.some((each) => /^subscriptionspec="?1\.0"?$/.test(each));
}

/** The form that an `Accept` header takes, the one it names first; undefined when it takes none. */
export function streamFormFor(accept: string | null): StreamForm | undefined {
  if (accept === null || accept.trim() === '') return eventStream;
  for (const taken of accept.replace(/\s/g, '').toLowerCase().split(',')) {
    const [type = '', ...parameters] = taken.split(';');
    if (isApollo([type, ...parameters])) return apolloMultipart;
    if (['text/event-stream', 'text/*', '*/*'].includes(type)) return eventStream;
  }
  return undefined;
}

export interface StreamedOptions {
  status?: number;
  /** Further headers. */
  headers?: Record<string, string>;
  /** Milliseconds of silence after which a sign of life is sent. */
  heartbeatMs: number;
  /** Aborted when the client has gone. */
  signal: AbortSignal;
}

/** An answer with results as they come. However it ends, `results` is returned from. */
export function streamedResponse(
  results: AsyncIterator<ExecutionResult, unknown>,
  { contentType, ...form }: StreamForm,
  { status = 200, headers, heartbeatMs, signal }: StreamedOptions,
): Response {
  const body = liveBody(results, { ...form, heartbeatMs, signal });
  return new Response(body, { status, headers: { ...headers, 'content-type': contentType, ...liveHeaders } });
}
