import { requireScope } from '../access/requireScope.js';
import { authenticateCaller } from '../graphql/execution/authenticateCaller.js';
import type { GuardedContext } from '../graphql/plugins/GuardPlugin.js';
import type { Services } from '../services.js';

/** GET /metrics, for Prometheus. `permission_denied` without the scope `metrics:read`, and the errors of authentication. */
export async function metricsPage({ telemetry }: Services, context: GuardedContext): Promise<Response> {
  requireScope(await authenticateCaller(context), 'metrics:read');
  const { text, contentType } = await telemetry.metrics();
  return new Response(text, { headers: { 'content-type': contentType, 'cache-control': 'no-store' } });
}
