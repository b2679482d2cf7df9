import { type ExecutionResult, GraphQLError } from 'graphql';
import { processRegularResult } from 'graphql-yoga';
import { accepts } from '../execution/accepts.js';
import { streamedResponse, streamFormFor } from '../subscribe/streamForms.js';
import type { GuardPlugin } from './GuardPlugin.js';

const forms = ['text/event-stream', 'multipart/mixed;subscriptionSpec=1.0'];
const wholeTypes = ['application/json', 'application/graphql-response+json'];

/** A result that stands alone, for those who take nothing but a stream. */
async function* single(result: ExecutionResult): AsyncGenerator<ExecutionResult, void, void> {
  yield result;
}

/**
 * Answers over HTTP with results as they come: as server-sent events, or in the parts that Apollo's clients ask for.
 * Refuses a subscription whose caller takes neither, before anything of it runs. It stands in for Yoga's own event
 * stream, which holds on to a client that has gone without reading, and whose headers let proxies keep it back.
 */
export function useEventStream(heartbeatMs: number): GuardPlugin {
  return {
    onSubscribe({ args: { contextValue }, setResultAndStopExecution }) {
      if (contextValue.transport !== 'http' || streamFormFor(contextValue.request.headers.get('accept'))) return;
      const error = new GraphQLError('A subscription answers as events: send the header "Accept: text/event-stream".', {
        extensions: { code: 'INVALID_REQUEST', details: { field: 'accept', allowed: forms }, http: { status: 406 } },
      });
      setResultAndStopExecution({ errors: [error] });
    },
    onResultProcess({ request, result, serverContext: { signal }, setResultProcessor }) {
      const accept = request.headers.get('accept');
      const form = streamFormFor(accept);
      if (form === undefined || Array.isArray(result)) return;
      if (Symbol.asyncIterator in result) {
        const results = result[Symbol.asyncIterator]();
        setResultProcessor(() => streamedResponse(results, form, { heartbeatMs, signal }), form.contentType);
      } else if (!wholeTypes.some((type) => accepts(accept, type))) {
        setResultProcessor((whole, fetchAPI) => {
          // It has the status that errors give the answer, and their headers, but not the length of another body.
          const { status, headers } = processRegularResult(whole, fetchAPI, 'application/json');
          headers.delete('content-length');
          const results = single(result);
          return streamedResponse(results, form, { status, headers: Object.fromEntries(headers), heartbeatMs, signal });
        }, form.contentType);
      }
    },
  };
}
