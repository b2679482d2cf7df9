import { inRange } from './inRange.js';
import { keptMs, LlamaClient } from './LlamaClient.js';
import type { LlamaClientOptions } from './options.js';

export interface PooledClientOptions extends LlamaClientOptions {
  /** Connections, and requests at once, at most; default 10. */
  poolSize?: number | undefined;
}

/**
 * A LlamaClient for many calls at once: no more than `poolSize` requests run together, each on one of as many kept
 * connections; the others wait for their turn in order. A stream has its connection until it ends. Only a look after a
 * batch that has been silent for `timeoutMs` goes beside them. Close it at the end.
 *
 *     await using pool = new PooledClient({ apiKey, poolSize: 8, maxRetries: 5 });
 *     const answers = await Promise.all(questions.map((question) => pool.process(question)));
 */
export class PooledClient extends LlamaClient {
  /** @throws RangeError when `poolSize` is less than 1 */
  constructor(options: PooledClientOptions | string = {}) {
    const { poolSize = 10, ...rest } = typeof options === 'string' ? { apiKey: options } : options;
    super(rest, { poolSize: inRange('poolSize', poolSize, { least: 1, whole: true }), keepMs: keptMs });
  }
}
