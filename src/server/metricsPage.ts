import { requireScope } from '../access/requireScope.js';
import type { OperationContext } from '../graphql/context.js';
import type { Services } from './Services.js';

/** GET /metrics, for Prometheus. `permission_denied` without the scope `metrics:read`, and the errors of authentication. */
export async function metricsPage({ access, telemetry }: Services, context: OperationContext): Promise<Response> {
  const principal = await access.authenticate(context.authorization, context.address);
  if (context.observed !== undefined) context.observed.principal = principal.userId;
  requireScope(principal, 'metrics:read');
  const { text, contentType } = await telemetry.metrics();
  return new Response(text, { headers: { 'content-type': contentType, 'cache-control': 'no-store' } });
}
