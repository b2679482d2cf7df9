import { isJsonFormat } from '../engine/ResponseFormat.js';
import type { Prompt } from './Prompt.js';

/** The answer as JSON, when that was asked for and it is whole; undefined otherwise, for null is JSON too. */
export function jsonOf({ sampling: { responseFormat }, finishReason, text }: Prompt): unknown {
  if (responseFormat === null || !isJsonFormat(responseFormat) || finishReason !== 'STOP') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // One of the caller's stop texts has ended it.
    return undefined;
  }
}
