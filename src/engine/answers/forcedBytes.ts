import type { Matcher } from './Matcher.js';

const MAX_FORCED = 256;
/** Bytes that are tried for one call, which bounds its time. */
const MAX_TRIED = 4_000;

/** Two bytes that are both allowed are found sooner when the likely ones are tried first. */
export const LIKELY_FIRST: readonly number[] = (() => {
  const likely = [...Buffer.from('" \n\\{[,]}:0123456789-etfnaoir')];
  const rest = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !likely.includes(byte));
  return [...likely, ...rest];
})();

/**
 * The bytes that must follow `start`: see `Matcher.forced`.
 * @param candidates no other byte can follow a state
 */
export function forcedBytes<State extends Matcher>(
  start: State,
  candidates: (state: Matcher) => readonly number[] = () => LIKELY_FIRST,
): Uint8Array {
  const bytes: number[] = [];
  let state: Matcher = start;
  let tried = 0;
  while (bytes.length < MAX_FORCED && !state.isComplete) {
    let only: { byte: number; next: Matcher } | undefined;
    for (const byte of candidates(state)) {
      if (++tried > MAX_TRIED) {
        return Uint8Array.from(bytes);
      }
      const next = state.advance(byte);
      if (next === undefined) {
        continue;
      }
      if (only !== undefined) {
        return Uint8Array.from(bytes);
      }
      only = { byte, next };
    }
    if (only === undefined) {
      break;
    }
    bytes.push(only.byte);
    state = only.next;
  }
  return Uint8Array.from(bytes);
}
