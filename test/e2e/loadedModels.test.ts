import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/startTestServer.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

interface Loaded {
  server: { models: { slug: string; state: string; idleSince: string | null }[] };
}

const loaded = '{ server { models { slug state idleSince } } }';

async function keyWith(...scopes: string[]): Promise<string> {
  const { data } = await server.graphql<{ createApiKey: { key: string } }, { scopes: string[] }>(
    'mutation ($scopes: [String!]!) { createApiKey(input: { name: "k", tier: BASIC, scopes: $scopes }) { key } }',
    { scopes },
  );
  return data?.createApiKey.key ?? '';
}

describe('the models in memory', () => {
  it('are those that were used and not unloaded, and are idle since their last step', async () => {
    await server.graphql('mutation { unloadModel(id: "demo") { model { state } } }');
    expect((await server.graphql<Loaded, never>(loaded)).data?.server.models).toEqual([]);
    const before = Date.now();
    await server.rest('/process', { json: { prompt: 'Hello', max_tokens: 20 } });
    const after = Date.now();
    const read = async () => (await server.graphql<Loaded, never>(loaded)).data?.server.models[0];
    const model = await server.until('idle', read, (found) => found?.idleSince != null);
    expect(model).toMatchObject({ slug: 'demo', state: 'READY' });
    const since = Date.parse(model?.idleSince ?? '');
    expect(since).toBeGreaterThan(before);
    expect(since).toBeLessThanOrEqual(after + 50);
    // Nothing happened meanwhile, so nothing moves.
    expect(Math.abs(Date.parse((await read())?.idleSince ?? '') - since)).toBeLessThan(5);
  });

  it('are not idle while they work', async () => {
    const { id } = await (await server.rest('/prompts', { json: { prompt: 'long', max_tokens: 1900 } })).json();
    const read = async () => (await server.graphql<Loaded, never>(loaded)).data?.server.models[0];
    await server.until('at work', read, (found) => found !== undefined && found.idleSince === null);
    await server.rest(`/prompts/${id}/cancel`, { method: 'POST' });
    await server.until('idle', read, (found) => found?.idleSince != null);
  });

  it('tell when others were here only to who may read metrics', async () => {
    const reader = await keyWith('models:read');
    const one = '{ model(id: "demo") { slug isDefault idleSince } }';
    const refused = await server.graphql(one, undefined, { key: reader });
    expect(refused.data).toEqual({ model: { slug: 'demo', isDefault: true, idleSince: null } });
    expect(refused.errors).toMatchObject([
      {
        path: ['model', 'idleSince'],
        extensions: { code: 'PERMISSION_DENIED', details: { required_scope: 'metrics:read' } },
      },
    ]);
    const both = await keyWith('models:read', 'metrics:read');
    expect((await server.graphql(one, undefined, { key: both })).errors).toEqual([]);
    const stopped = await server.graphql('mutation { unloadModel(id: "demo") { model { slug } } }', undefined, {
      key: both,
    });
    expect(stopped.errors).toMatchObject([{ extensions: { details: { required_scope: 'models:manage' } } }]);
  });
});

describe('a chat template', () => {
  it('is that of the installed file, and null of a model that is not here', async () => {
    const { data } = await server.graphql<{ models: { slug: string; chatTemplate: string | null }[] }, never>(
      '{ models { slug chatTemplate } }',
    );
    const of = (slug: string) => data?.models.find((model) => model.slug === slug)?.chatTemplate;
    expect(of('demo')).toMatch(/\{%.*messages.*%\}/s);
    expect(of('smollm2-135m-instruct')).toBeNull();
  });
});
