import type { SpanContext } from '@opentelemetry/api';

const form = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;

/**
 * The caller's span, from the header `traceparent` (https://www.w3.org/TR/trace-context/); undefined when it is absent or not
 * valid, as the specification asks.
 */
export function readTraceparent(header: string | null | undefined): SpanContext | undefined {
  const [, version, traceId, spanId, flags, rest] = form.exec(header?.trim() ?? '') ?? [];
  if (version === undefined || traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
}
