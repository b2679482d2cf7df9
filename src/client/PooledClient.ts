import { objectOf } from './checkArguments.js';
import { inRange } from './inRange.js';
import { keptMs, LlamaClient } from './LlamaClient.js';
import type { LlamaClientOptions } from './options.js';

/** As of LlamaClient, and how many at once. */
export interface PooledClientOptions extends LlamaClientOptions {
  /** Connections, and requests at once, at most, 1 or more; default 10. */
  poolSize?: number | undefined;
}

/**
 * A LlamaClient for many calls at once: no more than `poolSize` requests run together, each on one of as many kept
 * connections; the others wait for their turn in order. A stream has its connection until it ends. Only a look after a
 * batch that has been silent for `timeoutMs` goes beside them, and subscriptions have one socket for all. Close it at the
 * end, with `close()` where the language has no `await using` (TypeScript and Node 24 have it).
 *
 *     await using pool = new PooledClient({ apiKey, poolSize: 8, maxRetries: 5 });
 *     const answers = await Promise.all(questions.map((question) => pool.process(question)));
 */
export class PooledClient extends LlamaClient {
  /** @throws RangeError for a number out of range, InvalidRequestError for an endpoint that is no address */
  constructor(options?: PooledClientOptions | string | null) {
    const given: PooledClientOptions = typeof options === 'string' ? { apiKey: options } : objectOf('options', options);
    const { poolSize = 10, ...rest } = given;
    super(rest, { poolSize: inRange('poolSize', poolSize, { least: 1, whole: true }), keepMs: keptMs });
  }
}
