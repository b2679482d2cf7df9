import type { Usage } from '../Job.js';
import type { BenchPrompt } from '../prompts.js';
import { HttpClient } from './HttpClient.js';
import { AnswerError, type Transport } from './Transport.js';

interface CompletionChunk {
  choices?: { delta?: { content?: string | null; reasoning_content?: string | null } }[];
  usage?: {
    prompt_tokens: number;
    completion_tokens: number;
    prompt_tokens_details?: { cached_tokens?: number };
  } | null;
  error?: { code?: number | string; message?: string };
}

/** POST /v1/chat/completions with `stream`, as OpenAI's API describes it, of a server such as llama-server. */
export class OpenAiTransport implements Transport {
  private readonly http: HttpClient;

  constructor(
    url: string,
    key: string | null,
    private readonly model: string,
    clients: number,
  ) {
    this.http = new HttpClient(url.replace(/\/v1\/?$/, ''), key, clients);
  }

  open(clients: number): Promise<void> {
    return this.http.warm(clients, '/v1/models');
  }

  async send({ system, prompt, maxTokens }: BenchPrompt, _client: number, onText: () => void): Promise<Usage> {
    const messages = [
      ...(system === undefined ? [] : [{ role: 'system', content: system }]),
      { role: 'user', content: prompt },
    ];
    const body = {
      model: this.model,
      messages,
      max_tokens: maxTokens,
      temperature: 0,
      stream: true,
      stream_options: { include_usage: true },
    };
    let usage: Usage | undefined;
    await this.http.lines('/v1/chat/completions', body, 'text/event-stream', (line) => {
      if (!line.startsWith('data: {')) return;
      const chunk: CompletionChunk = JSON.parse(line.slice('data: '.length));
      if (chunk.error !== undefined) throw new AnswerError(String(chunk.error.code), chunk.error.message ?? 'failed');
      const delta = chunk.choices?.[0]?.delta;
      if ((delta?.content ?? '') !== '' || (delta?.reasoning_content ?? '') !== '') onText();
      if (chunk.usage != null) {
        usage = {
          promptTokens: chunk.usage.prompt_tokens,
          completionTokens: chunk.usage.completion_tokens,
          cachedTokens: chunk.usage.prompt_tokens_details?.cached_tokens ?? 0,
        };
      }
    });
    if (usage === undefined) throw new AnswerError('NO_USAGE', 'The stream ended without usage.');
    return usage;
  }

  close(): Promise<void> {
    return this.http.close();
  }
}
