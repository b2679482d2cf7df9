import { describe, expect, it } from 'vitest';
import { createLogger } from '../../../src/telemetry/logger.js';
import { prettyStream } from '../../../src/telemetry/prettyLog.js';

/** What a terminal would show. */
function shown(log: (logger: ReturnType<typeof createLogger>) => void): string {
  let text = '';
  const stream = prettyStream((more) => {
    text += more;
  }, false);
  log(createLogger('info', stream));
  return text;
}

describe('the log on a terminal', () => {
  it('has one line of words for a request', () => {
    const request = {
      requestId: 'b7-1',
      transport: 'rest',
      method: 'POST',
      route: '/api/v1/batch',
      principal: 'ann',
      operation: 'RestBatch',
      field: 'batch',
      status: 200,
      durationMs: 892.1,
      prompts: 2,
      promptTokens: 21,
      cachedTokens: 0,
      completionTokens: 5,
      queueMs: 8,
      timeToFirstTokenMs: 12.5,
    };
    expect(shown((logger) => logger.info(request, 'request')).replace(/^\[.*?\] /, '')).toBe(
      'INFO: POST /api/v1/batch: 200, 892.1 ms, RestBatch, by ann, 2 prompts, 21 + 5 tokens, queue 8 ms, first token 12.5 ms, b7-1\n',
    );
    const refused = { requestId: 'c', transport: 'ws', code: 'invalid_token', durationMs: 1 };
    expect(shown((logger) => logger.info(refused, 'request')).replace(/^\[.*?\] /, '')).toBe(
      'INFO: ws: invalid_token, 1 ms, c\n',
    );
  });

  it('tells everything of other events, and nothing that is secret', () => {
    const text = shown((logger) => {
      logger.error({ err: new Error('no room'), model: 'demo', authorization: 'Bearer lh_secret' }, 'it broke');
    });
    expect(text).toMatch(/ERROR: it broke\n/);
    expect(text).toContain('model: "demo"');
    expect(text).toMatch(/Error: no room\n\s+at /);
    expect(text).not.toContain('lh_secret');
  });

  it('obeys nothing that a name holds', () => {
    const sly = { requestId: 'a', transport: 'ws', principal: 'eve\u001b[2J\nINFO: fake', durationMs: 1 };
    const text = shown((logger) => logger.info(sly, 'request'));
    expect(text.trimEnd().split('\n')).toHaveLength(1);
    expect(text).not.toContain('\u001b');
  });
});
