import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { LlamaHomeError } from '../errors/index.js';
import { nodeOptions } from '../nodeOptions.js';
import type { Engine, EngineOptions } from './Engine.js';
import { EngineProcess } from './EngineProcess.js';

// The same place seen from src/ (tests) and from dist/: a process can only be started from what was built.
const entry = fileURLToPath(new URL('../../dist/engine/llama/process.js', import.meta.url));

/**
 * Loads a model in a process of its own.
 * @throws LlamaHomeError `model_unavailable` with the reason when it can't be loaded
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const child = fork(entry, [], {
    // With more threads, decode calls wander between them and their idle compute threads spin against each other:
    // 1.8 times slower at one sequence on two cores.
    env: { ...process.env, UV_THREADPOOL_SIZE: process.env.UV_THREADPOOL_SIZE ?? '1' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: nodeOptions,
  });
  const { onLoadProgress, onLog, onNotice, ...load } = options;
  const engine = new EngineProcess(child, { onLoadProgress, onLog, onNotice });
  child.send({ type: 'load', options: load });
  try {
    await engine.ready;
  } catch (error) {
    await engine.close();
    throw error instanceof LlamaHomeError
      ? error
      : new LlamaHomeError('model_unavailable', 'The model can not be loaded.', undefined, { cause: error });
  }
  return engine;
}
