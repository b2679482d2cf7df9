import type { Services } from '../../services.js';
import type { GuardPlugin } from './GuardPlugin.js';
import { useAuthentication } from './useAuthentication.js';
import { useBrowserGuard } from './useBrowserGuard.js';
import { useCheckedVariables } from './useCheckedVariables.js';
import { useCompiledEvents } from './useCompiledEvents.js';
import { useErrors } from './useErrors.js';
import { useEventStream } from './useEventStream.js';
import { useHiddenSchema } from './useHiddenSchema.js';
import { useOperationCaps } from './useOperationCaps.js';
import { useQueryLimits } from './useQueryLimits.js';
import { useRateLimit } from './useRateLimit.js';
import { useReadBody } from './useReadBody.js';
import { useRevocation } from './useRevocation.js';
import { useShutdown } from './useShutdown.js';
import { useTelemetry } from './useTelemetry.js';

/**
 * What every operation passes before it runs, over HTTP, WebSocket and REST alike, in this order: errors are told in one vocabulary;
 * what happens is noted; who is calling; whether its variables can be read; how much the operation would take; how often the caller may.
 * What streams then ends with the server, or with the caller's right to it; `shutdown` is aborted when the server goes. Permissions stand in the schema itself (`protect`).
 */
export function guardPlugins(
  { access, config, environment, heartbeatMs }: Pick<Services, 'access' | 'config' | 'environment' | 'heartbeatMs'>,
  shutdown: AbortSignal,
): GuardPlugin[] {
  return [
    useErrors(),
    useTelemetry(),
    useBrowserGuard(),
    useReadBody(),
    useAuthentication(access),
    ...(environment.introspection ? [] : [useHiddenSchema()]),
    useEventStream(heartbeatMs),
    useCheckedVariables(environment),
    useQueryLimits(config),
    useOperationCaps(),
    useCompiledEvents(),
    useRateLimit(access),
    useShutdown(shutdown),
    useRevocation(access),
  ];
}
