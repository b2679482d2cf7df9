import { once } from 'node:events';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { processPrompt, runBatch, stream } from '../../support/documents.js';
import { makeSlowModel } from '../../support/slowModel.js';
import { startTestServer } from '../../support/startTestServer.js';
import { all, first, ndjson, over } from '../../support/streams.js';

const said = 'the colour of my front door';
const secret = 'a-secret-that-signs-tokens-and-is-long-enough';

it('the most talkative log has no prompt, text, key, token or secret in it, whatever goes wrong', async () => {
  const slow = await makeSlowModel();
  await using server = await startTestServer({
    env: { LLAMAHOME_MODEL: slow.path, LLAMAHOME_LOG: 'trace', LLAMAHOME_SECRET: secret },
  });
  const created = await server.graphql<{ createApiKey: { key: string }; createToken: { token: string } }, object>(
    `mutation {
      createApiKey(input: { name: "laptop", userId: "ann", tier: PRO, scopes: ["prompts:run"] }) { key }
      createToken(input: { userId: "ann", scopes: ["prompts:run"], expiresIn: 60 }) { token }
    }`,
  );
  const key = created.data?.createApiKey.key ?? '';
  const token = created.data?.createToken.token ?? '';
  const texts: string[] = [];

  for (const caller of [key, token]) {
    const { data } = await server.graphql(processPrompt, { input: { prompt: said, maxTokens: 40 } }, { key: caller });
    texts.push(data?.process.prompt.text ?? '');
  }
  const lines = await all(ndjson(await server.rest('/stream', { json: { prompt: said, max_tokens: 40 }, key })));
  texts.push(lines.map(({ chunk }) => chunk).join(''));
  await server.data(runBatch, {
    input: { prompts: [{ prompt: said }, { prompt: said, maxTokens: 1e6 }], maxTokens: 2 },
  });

  // What is wrong with a request is told to its caller, in words that do not repeat a variable.
  const odd = `mutation { process(input: { prompt: "${said}", maxTokens: "${said}" }) { prompt { id } } }`;
  expect((await server.graphql(odd, undefined, { key })).status).toBe(400);
  const variables = { input: { prompt: { [said]: key }, temperature: said } };
  expect((await server.graphql<unknown, object>(String(processPrompt), variables)).errors[0]?.message).toBe(
    '$input.prompt must be a text (String).',
  );
  for (const body of [`{"prompt": "${said}`, JSON.stringify({ prompt: said, [said]: said }), JSON.stringify(said)]) {
    const headers = { 'content-type': 'application/json' };
    expect((await server.rest('/process', { method: 'POST', body, headers })).status).toBe(400);
  }
  const query = encodeURIComponent(`{ prompts { ${said.replaceAll(' ', '_')} } }`);
  for (const path of [
    `/graphql?query=${query}&key=${key}`,
    `/api/v1/prompts/${token}`,
    `/${key}/${encodeURIComponent(said)}`,
  ]) {
    await fetch(server.url + path, { headers: { authorization: `Bearer ${key}`, 'x-request-id': `${key}!` } });
  }
  await server.rest('/process', { json: { prompt: said }, key: `${token}x` });
  await server.rest('/process', { json: { prompt: said }, headers: { authorization: `Basic ${key}` } });
  await server.rest('/process', { json: { prompt: said, max_tokens: 2 }, headers: { 'idempotency-key': said } });

  const raw = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(raw, 'open');
  raw.send(`{"type": "connection_init", "payload": {"authorization": "Bearer ${key}x"}}`);
  await once(raw, 'close');
  const client = server.ws(key);
  const events = over(client, stream, { input: { prompt: said, maxTokens: 3000 } });
  let shown = '';
  while (shown.length <= 12) {
    const { stream: event } = await first(events);
    if (event.__typename === 'PromptChunk') shown += event.text;
  }
  const [pid = 0] = await server.enginePids();
  process.kill(pid, 'SIGKILL');
  const failed = (await all(events)).at(-1)?.stream;
  expect(failed?.__typename).toBe('PromptFailed');
  texts.push(failed?.prompt.text ?? '');
  await client.dispose();

  await server.until(
    'the lines of all requests',
    async () => server.log,
    (log) => log.includes('engine process ended') && log.includes('invalid_token'),
  );
  await server.stop();
  await slow.remove();
  // The key of the first start is shown to whoever starts the server, once, and stands in no line of the log.
  expect(server.log.split(server.adminKey)).toHaveLength(2);
  const log = server.log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .join('\n');
  expect(log.split('\n').length).toBeGreaterThan(15);
  const secrets = { said, key, token, secret, underscored: said.replaceAll(' ', '_'), admin: server.adminKey };
  for (const [name, value] of Object.entries(secrets)) expect([name, log.includes(value)]).toEqual([name, false]);
  for (const text of texts) {
    expect(text.length).toBeGreaterThan(8);
    expect(log).not.toContain(JSON.stringify(text).slice(1, -1));
    expect(log).not.toContain(JSON.stringify(text.slice(0, 12)).slice(1, -1));
  }
});
