/**
 * Turns the bytes of generated tokens into text that may be shown: whole characters only, and nothing that could still
 * turn out to be the beginning of a stop text.
 */
export class TextStream {
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  private held = '';
  private readonly stops: readonly string[];
  private readonly longestStop: number;
  stopped = false;

  constructor(stops: readonly string[]) {
    this.stops = stops.filter((stop) => stop !== '');
    this.longestStop = Math.max(0, ...this.stops.map((stop) => stop.length));
  }

  /** The text that can be shown after these bytes; sets `stopped` when a stop text is complete. */
  push(bytes: Uint8Array): string {
    if (this.stopped) return '';
    const fresh = this.decoder.decode(bytes, { stream: true });
    if (this.stops.length === 0) return fresh;
    if (fresh === '') return '';
    const text = this.held + fresh;
    const end = firstStop(text, this.stops);
    if (end >= 0) {
      this.stopped = true;
      this.held = '';
      return text.slice(0, end);
    }
    const kept = possibleStopLength(text, this.stops, this.longestStop);
    this.held = text.slice(text.length - kept);
    return text.slice(0, text.length - kept);
  }

  /** What was held back, when generation ends without a stop text. Bytes of an unfinished character are dropped. */
  end(): string {
    const rest = this.stopped ? '' : this.held;
    this.held = '';
    return rest;
  }
}

function firstStop(text: string, stops: readonly string[]): number {
  let first = -1;
  for (const stop of stops) {
    const at = text.indexOf(stop);
    if (at >= 0 && (first < 0 || at < first)) first = at;
  }
  return first;
}

/** Length of the longest end of `text` that is a beginning of a stop text. */
function possibleStopLength(text: string, stops: readonly string[], longest: number): number {
  for (let length = Math.min(text.length, longest - 1); length > 0; length--) {
    const end = text.slice(text.length - length);
    if (stops.some((stop) => stop.startsWith(end))) return length;
  }
  return 0;
}
