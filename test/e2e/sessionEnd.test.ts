import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/startTestServer.js';

const run = promisify(execFile);

const program = `
import { LlamaClient } from './dist/client/index.js';
const session = new LlamaClient({ endpoint: process.env.ENDPOINT, apiKey: process.env.KEY }).session();
const query = 'subscription Tell($input: PromptInput!) { stream(input: $input) { ... on PromptChunk { text } } }';
let events = 0;
for (let round = 0; round < 2; round++) {
  for await (const event of session.subscribe(query, { input: { prompt: 'Say it.', maxTokens: 4 } })) if (event) events++;
}
console.log(events > 2 ? 'subscribed' : 'nothing came');
`;

describe('a program that has used a session', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.stop());

  // The session keeps its connections for a minute.
  it('ends by itself when it has done its work, without closing the session', { timeout: 20_000 }, async () => {
    const env = { ...process.env, ENDPOINT: server.url, KEY: server.adminKey };
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], { env, timeout: 15_000 });
    expect(stdout).toBe('subscribed\n');
  });
});
