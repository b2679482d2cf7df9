import type { Target } from '../Job.js';
import { OpenAiTransport } from './OpenAiTransport.js';
import { RestTransport } from './RestTransport.js';
import { SseTransport } from './SseTransport.js';
import type { Transport } from './Transport.js';
import { WsTransport } from './WsTransport.js';

/** The way to a target that takes prompts. */
export function createTransport(target: Exclude<Target, { kind: 'graphql' }>, clients: number): Transport {
  const { url, key } = target;
  if (target.kind === 'openai') return new OpenAiTransport(url, key, target.model, clients);
  switch (target.transport) {
    case 'ws':
      return new WsTransport(url, key);
    case 'sse':
      return new SseTransport(url, key, clients);
    case 'rest':
      return new RestTransport(url, key, clients);
  }
}
