import { GraphQLError } from 'graphql';
import { accepts } from '../accepts.js';
import type { GuardPlugin } from './GuardPlugin.js';

/** Refuses a subscription over HTTP whose caller does not take an event stream, before anything of it runs. */
export function useEventStream(): GuardPlugin {
  return {
    onSubscribe({ args: { contextValue }, setResultAndStopExecution }) {
      if (contextValue.transport !== 'http' || accepts(contextValue.request.headers.get('accept'), 'text/event-stream'))
        return;
      const error = new GraphQLError('A subscription answers as events: send the header "Accept: text/event-stream".', {
        extensions: {
          code: 'INVALID_REQUEST',
          details: { field: 'accept', allowed: ['text/event-stream'] },
          http: { status: 406 },
        },
      });
      setResultAndStopExecution({ errors: [error] });
    },
  };
}
