import type { GenerationResult, PromptText, StreamOptions, TextChunk } from '../client/types.js';
import { loadEnvironment } from '../config/environment.js';
import type { ModelState } from '../models/Model.js';
import { findServer, type ServerFlags } from './findServer.js';
import type { DownloadShow } from './showDownload.js';

/** How a model stands with who answers. */
export interface GeneratorModel {
  id: string;
  name: string;
  state: ModelState;
  sizeBytes: number;
}

/** What answers prompts: a server that runs, or one that was started for this. */
export interface TextGenerator {
  /** For people: where the model is. */
  readonly place: string;
  /** Whether it belongs to this program, which then fetches its default model unasked, as `serve` does. */
  readonly own: boolean;
  /**
   * How a model stands, of no name the default one; undefined when the key may not know.
   * @throws LlamaHomeError or APIError `model_not_found` with near ids
   */
  model(name?: string): Promise<GeneratorModel | undefined>;
  /** Fetches a model where it answers, or waits for a download that runs there already. */
  pull(id: string, show: DownloadShow): Promise<void>;
  stream(prompt: PromptText, options: StreamOptions): AsyncGenerator<TextChunk, GenerationResult, void>;
  close(): Promise<void>;
}

/**
 * Finds who answers: the server at `url`, else the one that serves from the home folder, else one of its own.
 * @param tell says on standard error what is waited for
 * @throws LlamaHomeError for wrong settings, or when no server can be started
 */
export async function findGenerator(flags: ServerFlags, tell: (text: string) => void): Promise<TextGenerator> {
  const environment = loadEnvironment(process.env);
  const server = await findServer(flags, ['prompts:run', 'models:read', 'models:manage'], environment);
  if (server !== undefined) return (await import('./remoteGenerator.js')).remoteGenerator(server, tell);
  return (await import('./embeddedGenerator.js')).embeddedGenerator(environment);
}
