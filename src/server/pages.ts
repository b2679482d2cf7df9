import { LlamaHomeError } from '../errors/index.js';
import { errorResponse } from '../rest/errorResponse.js';
import type { Call } from './Call.js';
import { favicon } from './favicon.js';
import { health, readiness } from './health.js';
import { metricsPage } from './metricsPage.js';
import { graphqlPath } from './paths.js';
import { statusPage, statusPageHeaders } from './statusPage.js';

type Page = (call: Call, draining: boolean) => Response | Promise<Response>;

/** What is beside the two APIs, by path. All of it is read by GET. */
const pages: Readonly<Record<string, Page>> = {
  '/': () => new Response(null, { status: 302, headers: { location: graphqlPath } }),
  '/favicon.ico': favicon,
  '/healthz': health,
  '/readyz': ({ services, context }, draining) => readiness(services, { draining, context }),
  '/metrics': ({ services, context }) => metricsPage(services, context),
  '/status': ({ services }) => new Response(statusPage(services.environment), { headers: statusPageHeaders }),
};

export const pagePaths: readonly string[] = Object.keys(pages);

const allow = 'GET, HEAD, OPTIONS';

/** Answers what comes to neither API. @throws LlamaHomeError `not_found` */
export async function answerPage(call: Call, draining: boolean): Promise<Response> {
  const page = Object.hasOwn(pages, call.path) ? pages[call.path] : undefined;
  if (page === undefined) throw new LlamaHomeError('not_found', 'There is nothing at this address.');
  if (call.method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow } });
  if (call.method === 'GET' || call.method === 'HEAD') return page(call, draining);
  const message = `This address does not take ${call.method}.`;
  return errorResponse(new LlamaHomeError('method_not_allowed', message, { allowed: ['GET'] }), { allow });
}
