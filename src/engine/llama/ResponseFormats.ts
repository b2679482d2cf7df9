import { LRUCache } from 'lru-cache';
import { compileAnswer } from '../answers/compileAnswer.js';
import type { Matcher } from '../answers/Matcher.js';
import { type ResponseFormat, toAnswerFormat } from '../ResponseFormat.js';

/** A matcher grows while it is used, with the states that its texts met. */
const mostKept = 64;

/** Compiled response formats, those of each scope apart; the ones used last are kept. */
export class ResponseFormats {
  private readonly compiled = new LRUCache<string, Matcher>({ max: mostKept });

  /** The state before an answer's first byte. @throws SchemaError; the server has checked the format before */
  start(format: ResponseFormat, scope: string): Matcher {
    const key = JSON.stringify([scope, format]);
    const known = this.compiled.get(key);
    if (known !== undefined) return known;
    const matcher = compileAnswer(toAnswerFormat(format));
    this.compiled.set(key, matcher);
    return matcher;
  }
}
