import { randomUUID } from 'node:crypto';
import { APIError } from '../client/APIError.js';
import { isRetryable, LlamaClient, PermissionError, RetryHandler } from '../client/index.js';
import type { GenerationResult, PromptText, StreamOptions, TextChunk } from '../client/types.js';
import { LlamaHomeError } from '../errors/index.js';
import type { ModelState } from '../models/Model.js';
import type { FoundServer } from './findServer.js';
import type { DownloadShow } from './showDownload.js';
import type { GeneratorModel, TextGenerator } from './TextGenerator.js';

interface ModelOfServer {
  slug: string;
  name: string;
  state: ModelState;
  sizeBytes: number;
  isDefault: boolean;
}

interface ModelStep {
  modelEvents: {
    state: ModelState;
    downloadedBytes: number | null;
    totalBytes: number | null;
    model: { slug: string; failure: string | null };
  };
}

const fields = 'slug name state sizeBytes isDefault';
const oneModel = `query ($id: String!) { model(id: $id) { ${fields} } }`;
const install = 'mutation ($id: String!) { installModel(id: $id) { model { state } } }';
const steps = `subscription ($id: String!) {
  modelEvents(id: $id) { state downloadedBytes totalBytes model { slug failure } }
}`;

/** A server that runs. What is tried again is told, with the reason. */
export function remoteGenerator({ endpoint, apiKey }: FoundServer, tell: (text: string) => void): TextGenerator {
  const client = new LlamaClient({ endpoint, apiKey, maxRetries: 0 }).session();
  return {
    place: `the server at ${endpoint}`,
    own: false,
    model: (name) => standing(client, name),
    // A session keeps its socket, and with it this program, for a minute.
    pull: (id, show) => pullThere(new LlamaClient({ endpoint, apiKey }), id, show),
    stream: (prompt, options) => streamPatiently(client, prompt, options, tell),
    close: () => client.close(),
  };
}

async function standing(client: LlamaClient, name: string | undefined): Promise<GeneratorModel | undefined> {
  try {
    const found = name === undefined ? await defaultModel(client) : await namedModel(client, name);
    return found && { id: found.slug, name: found.name, state: found.state, sizeBytes: found.sizeBytes };
  } catch (error) {
    if (error instanceof PermissionError) return undefined;
    throw error;
  }
}

async function namedModel(client: LlamaClient, id: string): Promise<ModelOfServer> {
  return (await client.graphql<{ model: ModelOfServer }>(oneModel, { id })).model;
}

async function defaultModel(client: LlamaClient): Promise<ModelOfServer | undefined> {
  const { models } = await client.graphql<{ models: ModelOfServer[] }>(`{ models { ${fields} } }`);
  return models.find(({ isDefault }) => isDefault);
}

/** Has the server fetch a model, and shows how far it is. */
async function pullThere(client: LlamaClient, id: string, show: DownloadShow): Promise<void> {
  await client.graphql(install, { id });
  show.onStep(`The server fetches ${id}.`);
  for await (const { modelEvents } of client.subscribe<ModelStep>(steps, { id })) {
    const { state, downloadedBytes, totalBytes, model } = modelEvents;
    if (state === 'DOWNLOADING') {
      if (downloadedBytes !== null && totalBytes !== null) show.onProgress({ downloadedBytes, totalBytes });
    } else if (state === 'FAILED' || state === 'AVAILABLE') {
      throw new LlamaHomeError('model_unavailable', model.failure ?? `The download of ${model.slug} was stopped.`);
    } else return;
  }
}

async function* streamPatiently(
  client: LlamaClient,
  prompt: PromptText,
  options: StreamOptions,
  tell: (text: string) => void,
): AsyncGenerator<TextChunk, GenerationResult, void> {
  const left = new AbortController();
  const signal = options.signal === undefined ? left.signal : AbortSignal.any([options.signal, left.signal]);
  // All tries are one prompt.
  const idempotencyKey = options.idempotencyKey ?? randomUUID();
  const patience = new RetryHandler();
  const shouldRetry = (error: unknown) => isRetryable(error) && signal.aborted !== true;
  const handler = new RetryHandler({ shouldRetry });
  try {
    const { stream, first } = await handler.execute(
      async (retry) => {
        const stream = client.streamResponse(prompt, { ...options, idempotencyKey, signal });
        try {
          return { stream, first: await stream.next() };
        } catch (error) {
          if (shouldRetry(error) && retry < patience.options.maxRetries) tell(reasonToWait(error));
          throw error;
        }
      },
      { signal },
    );
    let step = first;
    for (; !step.done; step = await stream.next()) yield step.value;
    return step.value;
  } finally {
    left.abort();
  }
}

function reasonToWait(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  const after = error instanceof APIError ? error.retryAfter : undefined;
  return `(${said} Trying again${after === undefined ? '' : ` in ${Math.ceil(after)} s`}; Ctrl-C stops.)`;
}
