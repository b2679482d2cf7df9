import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Usage } from '../Job.js';
import type { BenchPrompt } from '../prompts.js';
import { dataOf, type EventAnswer, type GraphQLAnswer, inputOf, streamDocument, takeEvent } from './documents.js';
import { AnswerError, type Transport } from './Transport.js';

/** The `stream` subscription over graphql-transport-ws, one socket for each client. */
export class WsTransport implements Transport {
  private sockets: Client[] = [];

  constructor(
    private readonly url: string,
    private readonly key: string | null,
  ) {}

  async open(clients: number): Promise<void> {
    this.sockets = await Promise.all(Array.from({ length: clients }, () => this.connect()));
  }

  private connect(): Promise<Client> {
    return new Promise((resolve, reject) => {
      const client = createClient({
        url: `${this.url.replace(/^http/, 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        lazy: false,
        retryAttempts: 0,
        onNonLazyError: (error) => reject(refusalOf(error)),
        ...(this.key === null ? {} : { connectionParams: { authorization: `Bearer ${this.key}` } }),
        on: { connected: () => resolve(client) },
      });
    });
  }

  send(prompt: BenchPrompt, client: number, onText: () => void): Promise<Usage> {
    const socket = this.sockets[client % this.sockets.length];
    if (socket === undefined) throw new Error('open the transport first');
    return new Promise((resolve, reject) => {
      let usage: Usage | undefined;
      socket.subscribe<{ stream: EventAnswer }>(
        { query: streamDocument, variables: { input: inputOf(prompt) } },
        {
          next: (answer) => {
            try {
              usage = takeEvent(dataOf(answer as GraphQLAnswer<{ stream: EventAnswer }>).stream, onText) ?? usage;
            } catch (error) {
              reject(error);
            }
          },
          error: (error) => reject(refusalOf(error)),
          complete: () => {
            if (usage === undefined) reject(new AnswerError('CUT_OFF', 'The stream ended without its last event.'));
            else resolve(usage);
          },
        },
      );
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.sockets.map((socket) => socket.dispose()));
  }
}

/** graphql-ws hands over GraphQL errors as a list, a closed socket as its close event, anything else as an Error. */
function refusalOf(error: unknown): AnswerError {
  if (Array.isArray(error)) {
    const [first] = error;
    return new AnswerError(String(first?.extensions?.code ?? 'UNKNOWN'), String(first?.message ?? 'refused'));
  }
  if (error instanceof Error) return new AnswerError('CONNECTION', error.message);
  const { code, reason } = Object(error);
  return new AnswerError(`CLOSED_${String(code ?? 'UNKNOWN')}`, String(reason ?? 'the socket was closed'));
}
