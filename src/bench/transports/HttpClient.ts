import { errors, Pool } from 'undici';
import { AnswerError } from './Transport.js';

/** HTTP with connections that are kept, one for each client. */
export class HttpClient {
  private readonly pool: Pool;
  private readonly headers: Record<string, string>;

  constructor(
    /** Origin, and a path that goes before every other. */
    url: string,
    key: string | null,
    connections: number,
  ) {
    const { origin, pathname } = new URL(url);
    this.prefix = pathname.replace(/\/$/, '');
    this.pool = new Pool(origin, { connections, headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 60_000 });
    this.headers = {
      'content-type': 'application/json',
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    };
  }

  private readonly prefix: string;

  /** Opens all connections with harmless requests. */
  async warm(connections: number, path: string): Promise<void> {
    await Promise.all(
      Array.from({ length: connections }, async () => {
        const { body } = await this.pool.request({ path: this.prefix + path, method: 'GET' });
        await body.dump();
      }),
    );
  }

  async json<Answer>(path: string, body: unknown, accept = 'application/json'): Promise<Answer> {
    const answer = await this.post(path, body, accept);
    const parsed: Answer = JSON.parse(await answer.body.text());
    return parsed;
  }

  /** Posts and hands over each line of the answer as it arrives. @throws AnswerError when the status is not 200 */
  async lines(path: string, body: unknown, accept: string, onLine: (line: string) => void): Promise<void> {
    const answer = await this.post(path, body, accept);
    if (answer.statusCode !== 200) throw refusal(answer.statusCode, await answer.body.text());
    let rest = '';
    const decoder = new TextDecoder();
    for await (const part of answer.body) {
      const lines = (rest + decoder.decode(part, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') onLine(line);
    }
    if (rest !== '') onLine(rest);
  }

  private async post(path: string, body: unknown, accept: string) {
    const request = {
      path: this.prefix + path,
      method: 'POST' as const,
      headers: { ...this.headers, accept },
      body: JSON.stringify(body),
    };
    try {
      return await this.pool.request(request);
    } catch (error) {
      // A server may close a kept connection just when it is used again: that is no failure of its own.
      if (!(error instanceof errors.SocketError)) throw error;
      return this.pool.request(request);
    }
  }

  close(): Promise<void> {
    return this.pool.destroy();
  }
}

/** A refusal of the whole request; GraphQL, our REST and OpenAI's API write its code in different places. */
function refusal(status: number, text: string): AnswerError {
  let code = `HTTP_${status}`;
  try {
    const { error, errors } = JSON.parse(text);
    code = String(errors?.[0]?.extensions?.code ?? error?.code ?? code).toUpperCase();
  } catch {
    // Not JSON: the status says enough.
  }
  return new AnswerError(code, text.slice(0, 200));
}
