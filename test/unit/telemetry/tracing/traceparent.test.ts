import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTraceparent } from '../../../../src/telemetry/tracing/traceparent.js';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

describe('traceparent', () => {
  it('is read with its flag', () => {
    expect(readTraceparent(`00-${traceId}-${spanId}-01`)).toEqual({ traceId, spanId, traceFlags: 1, isRemote: true });
    expect(readTraceparent(`00-${traceId}-${spanId}-00`)).toMatchObject({ traceFlags: 0 });
  });

  it('is read from versions to come, which may say more', () => {
    expect(readTraceparent(`01-${traceId}-${spanId}-01-more`)).toMatchObject({ traceId, spanId });
  });

  it.each([
    ['nothing', undefined],
    ['an empty one', ''],
    ['the version that is forbidden', `ff-${traceId}-${spanId}-01`],
    ['more than version 00 has', `00-${traceId}-${spanId}-01-more`],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${spanId}-01`],
    ['a span of zeros', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['upper case', `00-${traceId.toUpperCase()}-${spanId}-01`],
    ['one that is cut', `00-${traceId}-${spanId}`],
  ])('is left aside when it is %s', (_what, header) => {
    expect(readTraceparent(header)).toBeUndefined();
  });

  it('throws for no text at all', () => {
    fc.assert(fc.property(fc.string(), (text) => readTraceparent(text) === undefined || text.length >= 55));
  });
});
