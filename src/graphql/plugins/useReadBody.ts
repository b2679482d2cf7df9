import type { GraphQLParams } from 'graphql-yoga';
import type { GuardPlugin } from './GuardPlugin.js';

/** Takes the body of a POST from the context, when it was read and parsed already, instead of reading it from the Request. */
export function useReadBody(): GuardPlugin {
  return {
    onRequestParse({ serverContext, setRequestParser }) {
      // Yoga checks its form behind this, as it checks what it has read itself.
      if ('body' in serverContext) setRequestParser(() => serverContext.body as GraphQLParams);
    },
  };
}
