import { jsonResponse } from '../rest/RestRequest.js';
import type { Services } from './Services.js';

/** GET /healthz: the process answers. */
export function health(): Response {
  return jsonResponse({ status: 'ok' });
}

/** GET /readyz: 200 when a prompt on the default model could be served now or after loading it, else 503 with the reason. */
export async function readiness({ config, models }: Services, draining: boolean): Promise<Response> {
  if (draining) return jsonResponse({ status: 'draining' }, 503, { 'retry-after': '10' });
  const name = config.current.modelSettings.defaultModel;
  const model = models.find(name);
  const loadable = model === undefined ? { ok: false as const, reason: `there is no model "${name}"` } : await models.isLoadable(model.id);
  return loadable.ok
    ? jsonResponse({ status: 'ready', model: model?.id })
    : jsonResponse({ status: 'not ready', reason: loadable.reason }, 503, { 'retry-after': '10' });
}
