import { createInterface } from 'node:readline/promises';
import { formatByteSize } from '../config/byteSize.js';
import { LlamaHomeError } from '../errors/index.js';
import { showDownload } from './showDownload.js';
import type { GeneratorModel, TextGenerator } from './TextGenerator.js';

export interface PrepareOptions {
  /** Id or alias; default the default model. */
  model?: string | undefined;
  /** Fetch it without a question. */
  pull?: boolean | undefined;
  /** Asks a question that is answered by yes or no; left out where nobody could answer. */
  ask?: ((question: string) => Promise<boolean>) | undefined;
}

/**
 * Sees to it that a model can answer: offers to fetch it when it is not installed, and waits for its download.
 * @returns the model; undefined when the key may not know how it stands
 * @throws LlamaHomeError `model_unavailable` when it is not installed and is not to be fetched, or can't be
 */
export async function prepareModel(
  speaker: TextGenerator,
  { model: name, pull = false, ask }: PrepareOptions,
): Promise<GeneratorModel | undefined> {
  const model = await speaker.model(name);
  if (model?.state !== 'AVAILABLE' && model?.state !== 'DOWNLOADING') return model;
  const { id, sizeBytes } = model;
  if (model.state === 'AVAILABLE' && !pull && !(speaker.own && name === undefined)) {
    const size = formatByteSize(sizeBytes);
    const wanted = await ask?.(`The model ${id} is not installed. Fetch it now (${size})?`);
    if (!wanted) {
      const advice = `--pull fetches it first (${size}), and so does llamahome pull ${id}`;
      const details = { model: id, state: 'available' };
      throw new LlamaHomeError('model_unavailable', `The model ${id} is not installed: ${advice}.`, details);
    }
  }
  const show = showDownload();
  try {
    await speaker.pull(id, show);
  } finally {
    show.end();
  }
  return { ...model, state: 'INSTALLED' };
}

/** Asks on a terminal; undefined where there is none. Yes is what Return says. */
export function asker(): PrepareOptions['ask'] {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  return async (question) => {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    // The end of the input and Ctrl-C are no.
    const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('no')));
    try {
      const answer = await Promise.race([lines.question(`${question} [Y/n] `), closed]);
      return /^(y(es)?)?$/i.test(answer.trim());
    } finally {
      lines.close();
    }
  };
}
