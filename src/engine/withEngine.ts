import type { Engine } from './Engine.js';

/**
 * Asks a running engine for something. A process can end at any moment, and is known to have ended only a little later:
 * what was asked of one that is gone is asked of the next, once.
 * @param running gives the engine that runs, starting it when none does
 */
export async function withEngine<Result>(
  running: () => Promise<Engine>,
  ask: (engine: Engine) => Promise<Result>,
): Promise<{ engine: Engine; result: Result }> {
  const first = await running();
  try {
    return { engine: first, result: await ask(first) };
  } catch (error) {
    if (!first.isGone) throw error;
  }
  const next = await running();
  return { engine: next, result: await ask(next) };
}
