import { createServerAdapter, type ServerAdapter, type ServerAdapterBaseObject } from '@whatwg-node/server';
import type { OperationContext } from '../graphql/context.js';
import type { Operations } from '../graphql/execution/Operations.js';
import { BodyBudget } from '../http/BodyBudget.js';
import { type Call, isRestCall, wantsPage } from '../http/Call.js';
import { type HandlerContext, type HttpRequest, type Mounting, readRequest } from '../http/HttpRequest.js';
import { onRead, onSent } from '../http/onAnswered.js';
import type { Route } from '../http/Route.js';
import { RouteTable, routeFor } from '../http/RouteTable.js';
import { requestIdFrom } from '../http/requestId.js';
import type { Services } from '../services.js';
import type { ObservedRequest } from '../telemetry/ObservedRequest.js';
import { dispatch } from './dispatch.js';
import { withMiddleware } from './middleware.js';

export type Handler = ServerAdapter<HandlerContext, ServerAdapterBaseObject<HandlerContext>>;

export interface HandlerOptions extends Mounting {
  services: Services;
  operations: Operations;
  routes: readonly Route[];
}

/** Answers HTTP: every request is observed, and goes through the middleware to its route. */
export function createHandler({ services, operations, routes, ...mounting }: HandlerOptions): Handler {
  const table = new RouteTable(routes);
  const bodies = new BodyBudget();
  const answer = withMiddleware(dispatch);
  return createServerAdapter<HandlerContext>(async (request, handed) => {
    const read = readRequest(request, handed, mounting);
    const found = table.find(read.path);
    const context = contextOf(services, read);
    const observed = observe(context, read, found?.path ?? 'other');
    context.observed = observed;
    const route = found && routeFor(found.routes, { method: read.method, isPage: wantsPage(read) });
    const call: Call = { ...read, services, operations, context, bodies, found, route, params: found?.params ?? {} };
    const end = (status: number) => observed.end(status);
    if (handed.res !== undefined) onSent(handed.res, end);
    const response = await answer(call);
    return handed.res === undefined ? onRead(response, end) : response;
  });
}

function contextOf(services: Services, read: HttpRequest): OperationContext {
  const { headers, caller, request } = read;
  return {
    services,
    requestId: requestIdFrom(headers['x-request-id']),
    authorization: headers.authorization ?? null,
    address: caller.address,
    transport: isRestCall(read) ? 'rest' : 'http',
    signal: request.signal,
  };
}

function observe(context: OperationContext, { method, headers }: HttpRequest, route: string): ObservedRequest {
  const { services, requestId, address, transport } = context;
  const { traceparent } = headers;
  return services.telemetry.request({
    requestId,
    address,
    method,
    route,
    transport,
    traceparent: typeof traceparent === 'string' ? traceparent : undefined,
  });
}
