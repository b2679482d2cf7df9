import { rateLimitHeaders } from '../access/rateLimitHeaders.js';
import { LlamaHomeError } from '../errors/index.js';
import { authenticateCaller } from '../graphql/execution/authenticateCaller.js';
import type { Operations } from '../graphql/execution/Operations.js';
import type { GuardedContext } from '../graphql/plugins/GuardPlugin.js';
import { errorResponse, failureResponse } from './errorResponse.js';
import { Router } from './Router.js';
import { routes } from './routes.js';

export interface RestCall {
  method: string;
  /** What stands in front of `/api/v1`. */
  mount: string;
  /** Behind `/api/v1`, as it stands in the request line. */
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body(): Promise<unknown>;
}

/** Answers one request under `/api/v1`; never rejects. */
export type Rest = (call: RestCall, context: GuardedContext) => Promise<Response>;

function allowed(methods: object): string {
  const names = Object.keys(methods);
  if (names.includes('GET')) names.push('HEAD');
  return [...names, 'OPTIONS'].join(', ');
}

/** The REST face: every route runs an operation of the schema through `operations`. */
export function createRest(operations: Operations): Rest {
  const router = new Router(routes);

  async function answer(call: RestCall, context: GuardedContext): Promise<Response> {
    // Before anything else is looked at: a stranger learns nothing of what a request should look like, and whoever
    // shows a token is told its allowance, whatever becomes of the request.
    if (context.authorization !== null && !router.isOpen(call.path)) await authenticateCaller(context);
    const { route, params } = router.match(call.path);
    if (call.method === 'OPTIONS')
      return new Response(null, { status: 204, headers: { allow: allowed(route.methods) } });
    const method = call.method === 'HEAD' ? 'GET' : call.method;
    const handler = Object.entries(route.methods).find(([name]) => name === method)?.[1];
    if (handler === undefined) {
      const error = new LlamaHomeError('method_not_allowed', `This address does not take ${call.method}.`, {
        allowed: Object.keys(route.methods),
      });
      return errorResponse(error, { allow: allowed(route.methods) });
    }
    if (!route.open && context.principal === undefined) await authenticateCaller(context);
    const { mount, query, headers } = call;
    return handler({ operations, context, mount, params, query, headers, body: () => call.body() });
  }

  /** The caller's allowance, also when its request came to no operation; nothing for a stranger. */
  async function allowanceHeaders({ rateLimit, principal, services }: GuardedContext): Promise<Record<string, string>> {
    const state = rateLimit ?? (principal && (await services.access.rateLimit(principal)));
    return state === undefined ? {} : rateLimitHeaders(state);
  }

  return async (call, context) => {
    const response = await answer(call, context).catch((error: unknown) => failureResponse(error, context));
    for (const [name, value] of Object.entries(await allowanceHeaders(context))) response.headers.set(name, value);
    return response;
  };
}
