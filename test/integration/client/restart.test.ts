import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LlamaClient, RestartedError } from '../../../src/client/index.js';
import { makeSlowModel } from '../../support/slowModel.js';
import { startTestServer } from '../../support/startTestServer.js';

test('a server that is killed and started again in the middle of it loses neither a process nor a follow', async () => {
  const home = await mkdtemp(join(tmpdir(), 'llamahome-restart-'));
  const model = await makeSlowModel();
  try {
    const env = { LLAMAHOME_MODEL: model.path, LLAMAHOME_THREADS: '1' };
    const first = await startTestServer({ home, env });
    const client = new LlamaClient({
      apiKey: first.adminKey,
      endpoint: first.url,
      backoffFactor: 0.2,
      maxReconnects: 30,
    });
    const { id } = await client.submit('survive', { maxTokens: 60, seed: 1, temperature: 0 });
    const whole = client.process('survive, too', { maxTokens: 60, seed: 2 });
    let text = '';
    let second: Awaited<ReturnType<typeof startTestServer>> | undefined;
    let restarted: unknown;
    try {
      for await (const chunk of client.follow(id)) {
        text += chunk.text;
        if (text.length < 10 || second !== undefined) continue;
        await first.kill();
        second = await startTestServer({ home, env: { ...env, LLAMAHOME_PORT: String(first.port) } });
      }
    } catch (error) {
      restarted = error;
    }
    const processed = await whole;
    const [stored, other] = await Promise.all([client.prompt(id), client.prompt(processed.id)]);
    await second?.stop();
    expect(processed.text).toBe(other.text);
    expect([stored.status, other.status]).toEqual(['completed', 'completed']);
    expect(stored.attempt).toBeGreaterThan(1);
    // Decoded beside another prompt, the text may come out differently; then it says so.
    if (restarted !== undefined) expect(restarted).toBeInstanceOf(RestartedError);
    else expect(text).toBe(stored.text);
  } finally {
    await model.remove();
    await rm(home, { recursive: true, force: true });
  }
}, 60_000);
