import { retryAfterHeader } from '../errors/errorHeaders.js';
import type { Call } from '../http/Call.js';
import { jsonResponse } from '../http/jsonResponse.js';
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
export async function readiness({ services, context }: Call, draining: boolean): Promise<Response> {
  const { retryAfter, ...readiness } = await readinessOf(services, draining);
  const mayLookInside = context.principal?.scopes.has('metrics:read') === true;
  const answer = mayLookInside ? { ...readiness, ...inside(services) } : readiness;
  return readiness.status === 'ready' ? jsonResponse(answer) : jsonResponse(answer, 503, retryAfterHeader(retryAfter));
}
