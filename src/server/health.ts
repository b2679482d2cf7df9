import { LlamaHomeError } from '../errors/index.js';
import { authenticateCaller } from '../graphql/execution/authenticateCaller.js';
import type { GuardedContext } from '../graphql/plugins/GuardPlugin.js';
import { jsonResponse } from '../rest/RestRequest.js';
import type { Services } from '../services.js';
import { roundFigure } from '../telemetry/roundFigure.js';
import { version } from '../version.js';

/** GET /healthz: the process answers. */
export function health(): Response {
  return jsonResponse({ status: 'ok' });
}

interface Readiness {
  status: 'ready' | 'not ready' | 'draining';
  model?: string | undefined;
  reason?: string;
  /** When to ask again, in seconds; left out where somebody must see to it. */
  retryAfter?: number;
}

async function readinessOf({ config, models, storageFault }: Services, draining: boolean): Promise<Readiness> {
  if (draining) return { status: 'draining', retryAfter: 10 };
  const fault = await storageFault();
  if (fault !== undefined) return { status: 'not ready', reason: fault.message, retryAfter: 2 };
  const name = config.current.modelSettings.defaultModel;
  const loadable = await models.isLoadable(name);
  if (loadable.ok) return { status: 'ready', model: models.find(name)?.id };
  const { message, details } = loadable.error;
  const seconds = details?.retry_after;
  return { status: 'not ready', reason: message, ...(typeof seconds === 'number' ? { retryAfter: seconds } : {}) };
}

/** Whether the caller has the scope `metrics:read`; one who is not known is a stranger here, nothing worse. */
async function mayLookInside(context: GuardedContext): Promise<boolean> {
  try {
    return (await authenticateCaller(context)).scopes.has('metrics:read');
  } catch (error) {
    if (error instanceof LlamaHomeError) return false;
    throw error;
  }
}

/** What stands behind the answer, for those who run this server. */
function inside({ config, models, prompts, telemetry }: Services) {
  const { slots, queue, tokensPerSecond } = prompts.status();
  const loaded = [...models.loadedEngines().keys()];
  return {
    default_model: config.current.modelSettings.defaultModel,
    models: models
      .list()
      .filter(({ state }) => state !== 'AVAILABLE')
      .map(({ id, state, failure }) => ({ id, state: state.toLowerCase(), loaded: loaded.includes(id), failure })),
    slots,
    queue,
    tokens_per_second: roundFigure(tokensPerSecond),
    build: { version, node: process.versions.node, platform: process.platform, arch: process.arch },
    uptime_seconds: Math.round(telemetry.uptimeMs / 1000),
  };
}

/**
 * GET /readyz: 200 when the database serves and a prompt on the default model could be served now or after loading it,
 * else 503 with the reason.
 * With the scope `metrics:read` it says more: models with their failures, slots, queue, build.
 */
export async function readiness(
  services: Services,
  { draining, context }: { draining: boolean; context: GuardedContext },
): Promise<Response> {
  const { retryAfter, ...readiness } = await readinessOf(services, draining);
  const answer = (await mayLookInside(context)) ? { ...readiness, ...inside(services) } : readiness;
  if (readiness.status === 'ready') return jsonResponse(answer);
  return jsonResponse(answer, 503, retryAfter === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfter)) });
}
