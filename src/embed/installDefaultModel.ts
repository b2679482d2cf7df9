import { LlamaHomeError } from '../errors/index.js';
import type { Services } from '../services.js';

/** Waits until the default model's file is there, fetching it when it is missing. @throws LlamaHomeError that says why not */
export async function installDefaultModel({ models, config }: Services): Promise<void> {
  const { id, state } = models.resolve(config.current.modelSettings.defaultModel);
  if (state !== 'AVAILABLE') return;
  await models.install(id);
  for await (const event of models.events(id)) {
    if (event.state === 'FAILED') throw new LlamaHomeError('model_unavailable', event.model.failure ?? notThere(id));
    if (event.state !== 'AVAILABLE' && event.state !== 'DOWNLOADING') return;
  }
  throw new LlamaHomeError('model_unavailable', notThere(id));
}

function notThere(id: string): string {
  return `The model ${id} could not be fetched.`;
}
