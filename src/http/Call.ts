import type { Operations } from '../graphql/execution/Operations.js';
import type { GuardedContext } from '../graphql/plugins/GuardPlugin.js';
import type { Services } from '../services.js';
import type { BodyBudget } from './BodyBudget.js';
import type { HttpRequest } from './HttpRequest.js';
import { graphqlPath, isUnder, restPath } from './paths.js';
import type { Route } from './Route.js';
import type { FoundPath } from './RouteTable.js';

/** A request on its way through the server. */
export interface Call extends HttpRequest {
  services: Services;
  operations: Operations;
  context: GuardedContext;
  /** What bodies on their way may take. */
  bodies: BodyBudget;
  /** What is at its path; undefined for nothing. */
  found: FoundPath | undefined;
  /** What answers it; undefined when its path has nothing, or not for its method. */
  route: Route | undefined;
  /** Named parts of the path, decoded. */
  params: Readonly<Record<string, string>>;
}

/** Whether it came to GraphQL, which tells errors in its own form. */
export function isGraphQLCall({ path }: Pick<Call, 'path'>): boolean {
  return isUnder(path, graphqlPath);
}

export function isRestCall({ path }: Pick<Call, 'path'>): boolean {
  return isUnder(path, restPath);
}

/** Whether a person opens the address in a browser: programs do not ask for HTML. */
export function wantsPage({ method, headers }: Pick<Call, 'method' | 'headers'>): boolean {
  return (method === 'GET' || method === 'HEAD') && /\btext\/html\b/i.test(headers.accept ?? '');
}
