import type { Usage } from '../Job.js';
import type { BenchPrompt } from '../prompts.js';
import { dataOf, type EventAnswer, type GraphQLAnswer, inputOf, streamDocument, takeEvent } from './documents.js';
import { HttpClient } from './HttpClient.js';
import { AnswerError, type Transport } from './Transport.js';

/** The `stream` subscription as server-sent events over HTTP. */
export class SseTransport implements Transport {
  private readonly http: HttpClient;

  constructor(url: string, key: string | null, clients: number) {
    this.http = new HttpClient(url, key, clients);
  }

  open(clients: number): Promise<void> {
    return this.http.warm(clients, '/healthz');
  }

  async send(prompt: BenchPrompt, _client: number, onText: () => void): Promise<Usage> {
    const request = { query: streamDocument, variables: { input: inputOf(prompt) } };
    let usage: Usage | undefined;
    await this.http.lines('/graphql', request, 'text/event-stream', (line) => {
      if (!line.startsWith('data: {')) return;
      const answer: GraphQLAnswer<{ stream: EventAnswer }> = JSON.parse(line.slice('data: '.length));
      usage = takeEvent(dataOf(answer).stream, onText) ?? usage;
    });
    if (usage === undefined) throw new AnswerError('CUT_OFF', 'The stream ended without its last event.');
    return usage;
  }

  close(): Promise<void> {
    return this.http.close();
  }
}
