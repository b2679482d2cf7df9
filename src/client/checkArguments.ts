import { InvalidRequestError } from './errors.js';
import type { CallOptions, PromptObject, PromptText } from './types.js';

/** Ids, names of models and cursors are far shorter; longer ones would not fit into the line of a request. */
const longestName = 1000;

/** The refusal of an argument, as the server would put it. */
export function refused(field: string, message: string, cause?: unknown): InvalidRequestError {
  return new InvalidRequestError(message, 'invalid_request', 400, { field }, undefined, { cause });
}

/** Checks what has to be an object; null and undefined are an empty one. @throws InvalidRequestError */
export function objectOf<T extends object>(field: string, value: T | null | undefined): Partial<T> {
  if (value == null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value;
  throw refused(field, `${field} must be an object.`);
}

/** Checks the options of a call. @throws InvalidRequestError */
export function optionsOf<Options extends CallOptions>(options: Options | null | undefined): Partial<Options> {
  const checked = objectOf('options', options);
  const signal: unknown = checked.signal;
  if (signal != null && !(typeof signal === 'object' && 'aborted' in signal && 'addEventListener' in signal)) {
    throw refused('signal', 'signal must be an AbortSignal.');
  }
  // Null says, as everywhere, that there is none.
  return signal === null ? { ...checked, signal: undefined } : checked;
}

/** Checks a text that names something. @throws InvalidRequestError */
export function nameOf(field: string, value: string): string {
  if (typeof value === 'string' && value !== '' && value.length <= longestName && !/\p{Surrogate}/u.test(value)) {
    return value;
  }
  throw refused(field, `${field} must be a text of 1 to ${longestName} characters.`);
}

/** What is asked, as it was given alone or as part of an object; all but what it says is left to the server. */
function textOf(given: unknown): PromptText {
  if (typeof given === 'string' || Array.isArray(given)) return given;
  throw refused('prompt', 'prompt must be a text, or a list of messages like {role: "user", content: "Hello"}.');
}

/**
 * A call with one prompt, written as text and options or as one object; what stands in both counts as the options say.
 * @throws InvalidRequestError for what is neither
 */
export function callOf<Options extends CallOptions>(
  prompt: PromptText | PromptObject<Options>,
  options: Options | null | undefined,
): { text: PromptText; options: Partial<Options> } {
  const own = optionsOf(options);
  if (typeof prompt !== 'object' || prompt === null || Array.isArray(prompt)) {
    return { text: textOf(prompt), options: own };
  }
  const { prompt: text, messages, ...rest }: { prompt?: unknown; messages?: unknown } & object = prompt;
  if ((text == null) === (messages == null)) throw refused('prompt', 'Give exactly one of prompt and messages.');
  // The rest of the object is what its type says: options.
  return { text: textOf(text ?? messages), options: optionsOf({ ...(rest as Options), ...own }) };
}

/**
 * JSON of what a caller gave. Numbers that are none would become null without a word, and so a default; other values
 * would be left out, or throw errors of the language.
 * @throws InvalidRequestError that names the field
 */
export function toJson(body: unknown): string {
  try {
    return JSON.stringify(body, (field, value: unknown) => {
      if (typeof value === 'number' && !Number.isFinite(value)) throw refused(field, `${field} must not be ${value}.`);
      if (['bigint', 'symbol', 'function'].includes(typeof value)) {
        throw refused(field, `${field} must not be a ${typeof value}.`);
      }
      return value;
    });
  } catch (error) {
    if (error instanceof InvalidRequestError) throw error;
    throw refused('body', 'The request holds itself, or something else that JSON can not say.');
  }
}
