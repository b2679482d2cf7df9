import { requireScope } from '../access/requireScope.js';
import { authenticateCaller } from '../graphql/execution/authenticateCaller.js';
import type { Call } from '../http/Call.js';

/** GET /metrics, for Prometheus. `permission_denied` without the scope `metrics:read`. */
export async function metrics({ services, context }: Call): Promise<Response> {
  requireScope(await authenticateCaller(context), 'metrics:read');
  const { text, contentType } = await services.telemetry.metrics();
  return new Response(text, { headers: { 'content-type': contentType, 'cache-control': 'no-store' } });
}
