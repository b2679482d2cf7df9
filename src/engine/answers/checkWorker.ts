/** Entry of the thread that tries formats out; see ResponseFormatChecker. */
import { parentPort } from 'node:worker_threads';
import { type ResponseFormat, responseFormatKinds, toAnswerFormat } from '../ResponseFormat.js';
import { seededRandom } from '../seededRandom.js';
import { compileAnswer } from './compileAnswer.js';
import type { Matcher } from './Matcher.js';
import { SchemaError } from './SchemaError.js';

export interface Refusal {
  message: string;
  path: string;
  keyword: string;
}

parentPort?.on('message', ({ id, format }: { id: number; format: ResponseFormat }) => {
  parentPort?.postMessage({ id, refusal: refusalOf(format) });
});

/** Walks through the answers that are long enough to meet what is slow, and what they may take. */
const walks = { count: 4, bytes: 150, stepMs: 150, totalMs: 600 };
/** What opens or goes on with something is tried more often than the rest. */
const openers = [...Buffer.from('"{[,1')];

/** Whether an engine can follow answers without keeping those of others waiting. */
function isSwift(start: Matcher): boolean {
  const random = seededRandom(1);
  const begun = performance.now();
  for (let walked = 0; walked < walks.count; walked++) {
    let state: Matcher | undefined = start;
    for (let length = 0; length < walks.bytes && state !== undefined; length++) {
      const before = performance.now();
      state.forced();
      state = anyNext(state, random);
      const now = performance.now();
      if (now - before > walks.stepMs || now - begun > walks.totalMs) return false;
    }
  }
  return true;
}

/** What is wanted comes first, then mostly what opens something. */
function anyNext(state: Matcher, random: () => number): Matcher | undefined {
  const wanted = Buffer.from(state.wanted ?? '')[0];
  const opener = openers[Math.floor(random() * 2 * openers.length)];
  const first = wanted ?? opener ?? 0x20 + Math.floor(random() * 0x5f);
  for (let tried = 0; tried < 256; tried++) {
    const next = state.advance((first + tried) % 256);
    if (next !== undefined) return next;
  }
  return undefined;
}

function tooSlow(format: ResponseFormat): Refusal {
  const keyword = responseFormatKinds.find((kind) => format[kind] !== undefined) ?? 'json';
  return { message: 'It takes too long to hold an answer to it: write a simpler one.', path: '', keyword };
}

function refusalOf(format: ResponseFormat): Refusal | null {
  try {
    return isSwift(compileAnswer(toAnswerFormat(format))) ? null : tooSlow(format);
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    const { message, path, keyword } = error;
    return { message, path, keyword };
  }
}
