import { LlamaHomeError } from '../errors/index.js';

/** What the engine process says when it could not load a model. */
export interface LoadFailure {
  /** What the library threw, and the errors that it logged meanwhile: they hold paths and are not repeated. */
  reason: string;
  /** What is wrong with the chat template, when that is it. */
  templateFault?: string;
}

/** What people can do about it, by what the library says. A file is called damaged only by what proves it. */
const advice: [RegExp, string][] = [
  [
    /invalid split|split file|gguf split|split file name/i,
    'The model is split into several files, and the others do not lie beside the first by their names (NAME-00002-of-00003.gguf and so on).',
  ],
  [
    /file bounds|corrupted|failed to read (magic|header|key-value|tensor)|invalid magic/i,
    'The model file is damaged or cut short: remove it and install it again, or put a whole copy in its place.',
  ],
  [
    /unknown model architecture|unknown pre-tokenizer|unknown tokenizer|unsupported|invalid ggml type|wrong shape|wrong number of tensors|missing tensor|key not found/i,
    'This engine does not know this kind of model: use another one, or a file that was made for the llama.cpp in node-llama-cpp.',
  ],
  [
    /memory|vram|too large|insufficient|failed to allocate|unable to allocate/i,
    'There is not enough memory for this model: use a smaller one, or lower LLAMAHOME_SLOTS or LLAMAHOME_CONTEXT.',
  ],
];

const unknown = 'The model can not be loaded; the log of the server has the reason.';

/** The error that callers get of a model that could not be loaded; the library's own words are its cause, for the log. */
export function loadFailure({ reason, templateFault }: LoadFailure): LlamaHomeError {
  const message =
    templateFault === undefined
      ? (advice.find(([pattern]) => pattern.test(reason))?.[1] ?? unknown)
      : `The chat template of this model can not be read: ${templateFault.split('\n')[0]?.slice(0, 200)}. The weights are not at fault: use a file with a corrected tokenizer.chat_template.`;
  return new LlamaHomeError('model_unavailable', message, undefined, { cause: new Error(reason) });
}
