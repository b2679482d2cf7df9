import { type Answer, parse } from './Answer.js';
import { readEnd, type StreamEnd } from './answers.js';
import { isRecord, readErrorBody, toAPIError } from './toAPIError.js';

/** One object of a stream of text. */
export type StreamLine =
  | { type: 'chunk'; text: string; cursor: string | undefined; attempt: number | undefined }
  | { type: 'end'; end: StreamEnd };

/** The data of the server-sent events in an answer, comments and what is no data left out. */
async function* readEvents(answer: Answer): AsyncGenerator<string, void, void> {
  let rest = '';
  let data: string[] = [];
  for await (const text of answer.text()) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines.map((line) => line.replace(/\r$/, ''))) {
      if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''));
      if (line !== '' || data.length === 0) continue;
      yield data.join('\n');
      data = [];
    }
  }
}

/**
 * The lines of a streamed text, up to and with its end. Leaving early cuts the connection. An error that the server
 * tells is thrown; so is a ConnectionError when a line is missing, damaged, or the last one never comes.
 */
export async function* readStream(answer: Answer): AsyncGenerator<StreamLine, void, void> {
  let expected = 0;
  let whole = false;
  try {
    for await (const data of readEvents(answer)) {
      const line = readLine(data, answer);
      if (line.index !== expected++) throw answer.unexpected('has lost a part on its way');
      yield line.value;
      if (line.value.type !== 'end') continue;
      whole = true;
      return;
    }
    throw answer.unexpected('ended too early');
  } finally {
    if (whole) answer.finish();
    else answer.close();
  }
}

function readLine(data: string, answer: Answer): { index: number; value: StreamLine } {
  const line = parse(data);
  const error = isRecord(line) ? readErrorBody(line.error) : undefined;
  if (error !== undefined) throw toAPIError(error, undefined, answer.requestId);
  if (!isRecord(line) || typeof line.index !== 'number' || typeof line.chunk !== 'string') {
    throw answer.unexpected('was damaged on its way');
  }
  const { index, chunk: text, cursor, attempt } = line;
  if (line.done === true) {
    const end = readEnd(line);
    // What stands twice must agree.
    if (end === undefined || (answer.headers.get('x-prompt-id') ?? end.id) !== end.id)
      throw answer.unexpected('was damaged on its way');
    return { index, value: { type: 'end', end } };
  }
  return {
    index,
    value: {
      type: 'chunk',
      text,
      cursor: typeof cursor === 'string' ? cursor : undefined,
      attempt: typeof attempt === 'number' ? attempt : undefined,
    },
  };
}
