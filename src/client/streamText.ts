import type { Answer } from './Answer.js';
import { cancelled } from './answers.js';
import { RestartedError } from './families.js';
import { readStream } from './readStream.js';
import type { GenerationResult, TextChunk } from './types.js';

/**
 * Reads a stream that is not followed: its chunks, gathered until they have at least `chunkSize` characters. What had
 * come before an error is handed out before it is thrown. Leaving cuts the connection.
 */
export async function* streamText(
  answer: Answer,
  chunkSize: number,
): AsyncGenerator<TextChunk, GenerationResult, void> {
  let whole = '';
  let pending = '';
  let index = 0;
  const next = (): TextChunk => {
    const chunk = { text: pending, index: index++ };
    pending = '';
    return chunk;
  };
  try {
    for await (const line of readStream(answer)) {
      if (line.type === 'end') {
        if (pending !== '') yield next();
        if (line.end.finishReason === 'cancelled') throw cancelled(line.end.id);
        return { text: whole, ...line.end };
      }
      if (line.attempt !== undefined && line.attempt > 1 && whole !== '') {
        throw new RestartedError('The prompt had to run again, and its text begins anew: ask again.');
      }
      whole += line.text;
      pending += line.text;
      if (pending !== '' && pending.length >= chunkSize) yield next();
    }
    throw answer.unexpected('ended too early');
  } catch (error) {
    if (pending !== '') yield next();
    throw error;
  }
}
