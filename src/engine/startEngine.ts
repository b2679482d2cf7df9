import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { LlamaHomeError } from '../errors/index.js';
import { nodeOptions } from '../nodeOptions.js';
import type { Engine, EngineOptions } from './Engine.js';
import { EngineProcess } from './EngineProcess.js';
import { withOwnLibraries } from './withOwnLibraries.js';

// The same place seen from src/ (tests) and from dist/: a process can only be started from what was built.
const entry = fileURLToPath(new URL('../../dist/engine/llama/process.js', import.meta.url));

/**
 * Loads a model in a process of its own. A process that ends meanwhile, killed for memory say, is tried once more.
 * @throws LlamaHomeError `model_unavailable` with the reason when it can't be loaded
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const first = startProcess(options);
  try {
    await first.ready;
    return first;
  } catch (error) {
    if (!first.isGone) throw await refused(first, error);
    options.onLog?.('warn', `the engine process ended while it loaded the model: ${(await first.closed).reason}`);
  }
  const second = startProcess(options);
  try {
    await second.ready;
    return second;
  } catch (error) {
    throw await refused(second, error);
  }
}

function startProcess({ onLoadProgress, onLog, onNotice, ...load }: EngineOptions): EngineProcess {
  const { env, others } = withOwnLibraries(process.env);
  for (const folder of others) onLog?.('warn', `${folder} has another llama.cpp: the engine does not look there`);
  const child = fork(entry, [], {
    // With more threads, decode calls wander between them and their idle compute threads spin against each other:
    // 1.8 times slower at one sequence on two cores.
    env: { ...env, UV_THREADPOOL_SIZE: process.env.UV_THREADPOOL_SIZE ?? '1' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: nodeOptions,
  });
  const engine = new EngineProcess(child, { onLoadProgress, onLog, onNotice });
  child.send({ type: 'load', options: load }, () => {});
  return engine;
}

async function refused(engine: EngineProcess, error: unknown): Promise<LlamaHomeError> {
  await engine.close();
  return error instanceof LlamaHomeError
    ? error
    : new LlamaHomeError('model_unavailable', 'The model can not be loaded.', undefined, { cause: error });
}
