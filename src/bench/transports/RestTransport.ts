import type { Usage } from '../Job.js';
import type { BenchPrompt } from '../prompts.js';
import { HttpClient } from './HttpClient.js';
import { AnswerError, type Transport } from './Transport.js';

interface RestLine {
  chunk?: string;
  done?: boolean;
  usage?: { prompt_tokens: number; completion_tokens: number; cached_tokens?: number };
  error?: { code: string; message: string };
}

/** POST /api/v1/stream, newline-delimited JSON. */
export class RestTransport implements Transport {
  private readonly http: HttpClient;

  constructor(url: string, key: string | null, clients: number) {
    this.http = new HttpClient(url, key, clients);
  }

  open(clients: number): Promise<void> {
    return this.http.warm(clients, '/healthz');
  }

  async send({ system, prompt, maxTokens }: BenchPrompt, _client: number, onText: () => void): Promise<Usage> {
    const body = { prompt, max_tokens: maxTokens, temperature: 0, ...(system === undefined ? {} : { system }) };
    let usage: Usage | undefined;
    await this.http.lines('/api/v1/stream', body, 'application/x-ndjson', (text) => {
      const line: RestLine = JSON.parse(text);
      if (line.error !== undefined) throw new AnswerError(line.error.code.toUpperCase(), line.error.message);
      if (line.done !== true) onText();
      else if (line.usage !== undefined) {
        const { prompt_tokens: promptTokens, completion_tokens: completionTokens, cached_tokens = 0 } = line.usage;
        usage = { promptTokens, completionTokens, cachedTokens: cached_tokens };
      }
    });
    if (usage === undefined) throw new AnswerError('CUT_OFF', 'The stream ended without its last line.');
    return usage;
  }

  close(): Promise<void> {
    return this.http.close();
  }
}
