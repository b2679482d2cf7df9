/** Entry of the thread that tries formats out; see ResponseFormatChecker. */
import { parentPort } from 'node:worker_threads';
import { type ResponseFormat, toAnswerFormat } from '../ResponseFormat.js';
import { compileAnswer } from './compileAnswer.js';
import { SchemaError } from './SchemaError.js';

export interface Refusal {
  message: string;
  path: string;
  keyword: string;
}

parentPort?.on('message', ({ id, format }: { id: number; format: ResponseFormat }) => {
  parentPort?.postMessage({ id, refusal: refusalOf(format) });
});

function refusalOf(format: ResponseFormat): Refusal | null {
  try {
    compileAnswer(toAnswerFormat(format));
    return null;
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    const { message, path, keyword } = error;
    return { message, path, keyword };
  }
}
