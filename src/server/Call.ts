import type { GuardedContext } from '../graphql/plugins/GuardPlugin.js';
import type { Services } from '../services.js';
import { type IncomingCall, isUnder } from './IncomingCall.js';
import { graphqlPath } from './paths.js';

/** A request on its way through the server. */
export interface Call extends IncomingCall {
  services: Services;
  request: Request;
  path: string;
  context: GuardedContext;
}

/** Whether it came to GraphQL, which tells errors in its own form. */
export function isGraphQLCall({ path }: Call): boolean {
  return isUnder(path, graphqlPath);
}
