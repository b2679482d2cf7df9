import type { Answer } from './Answer.js';
import { cancelled, type StreamEnd } from './answers.js';
import { ConnectionError, RestartedError } from './errors.js';
import { readStream, type StreamLine } from './readStream.js';
import type { GenerationResult, TextChunk } from './types.js';

/** A stream that has begun to say something. */
export interface StartedStream {
  first: IteratorResult<StreamLine, void>;
  rest: AsyncGenerator<StreamLine, void, void>;
}

/** Waits for the first line: until then a failure may be tried again. */
export async function startStream(answer: Answer): Promise<StartedStream> {
  const rest = readStream(answer);
  return { first: await rest.next(), rest };
}

async function* linesOf({ first, rest }: StartedStream): AsyncGenerator<StreamLine, void, void> {
  try {
    if (!first.done) yield first.value;
    yield* rest;
  } finally {
    await rest.return();
  }
}

/**
 * The chunks of a stream that is not followed, gathered until they have at least `chunkSize` characters. What had come
 * before an error is handed out before it is thrown. Leaving cuts the connection.
 * @param verified makes the result of what came, or throws
 */
export async function* streamText(
  stream: StartedStream,
  chunkSize: number,
  verified: (text: string, end: StreamEnd) => Promise<GenerationResult>,
): AsyncGenerator<TextChunk, GenerationResult, void> {
  let whole = '';
  let pending = '';
  let index = 0;
  let end: StreamEnd | undefined;
  const next = (): TextChunk => {
    const chunk = { text: pending, index: index++ };
    pending = '';
    return chunk;
  };
  try {
    for await (const line of linesOf(stream)) {
      if (line.type === 'end') {
        end = line.end;
        continue;
      }
      if (line.attempt !== undefined && line.attempt > 1 && whole !== '') {
        throw new RestartedError('The prompt had to run again, and its text begins anew: ask again.');
      }
      whole += line.text;
      pending += line.text;
      if (pending !== '' && pending.length >= chunkSize) yield next();
    }
    if (end === undefined) throw new ConnectionError('The stream ended before the text was whole.');
    if (pending !== '') yield next();
    if (end.finishReason === 'cancelled') throw cancelled(end.id);
    // Only now: the stream has given back its connection, and this may need one.
    return await verified(whole, end);
  } catch (error) {
    if (pending !== '') yield next();
    throw error;
  }
}
