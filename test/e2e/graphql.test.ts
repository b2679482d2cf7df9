import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  allModels,
  anyNode,
  cancelPrompt,
  createApiKey,
  createToken,
  deletePrompt,
  estimatePrompt,
  installModel,
  loadModel,
  manyPrompts,
  oneModel,
  onePrompt,
  processPrompt,
  readConfig,
  readServer,
  readViewer,
  revokeApiKey,
  runBatch,
  submitPrompt,
  unloadModel,
  updateConfig,
} from '../support/documents.js';
import { startTestServer, type TestServer } from '../support/startTestServer.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const finished = (id: string) =>
  server.until(
    'the end of the prompt',
    async () => (await server.data(onePrompt, { id })).prompt,
    (prompt) => prompt !== null && prompt.finishedAt !== null,
  );

describe('prompts', () => {
  it('process waits for the text', async () => {
    const { process } = await server.data(processPrompt, { input: { prompt: 'Hello', maxTokens: 12, seed: 1 } });
    expect(process.prompt).toMatchObject({
      id: expect.stringMatching(/^prm_/),
      status: 'COMPLETED',
      input: 'Hello',
      messages: [{ role: 'USER', content: 'Hello' }],
      modelId: 'demo',
      model: { id: 'mdl_demo', slug: 'demo', state: 'READY' },
      finishReason: 'LENGTH',
      error: null,
      attempt: 1,
      priority: 'NORMAL',
      queuePosition: null,
    });
    expect(process.prompt.text).toHaveLength(12);
    const { promptTokens = 0, completionTokens, totalTokens } = process.prompt.usage ?? {};
    expect(completionTokens).toBe(12);
    expect(totalTokens).toBe(promptTokens + 12);
    expect(process.prompt.timings?.timeToFirstTokenMs).toBeGreaterThan(0);
  });

  it('takes a conversation, with a system text', async () => {
    const { process } = await server.data(processPrompt, {
      input: {
        messages: [
          { role: 'USER', content: 'Hi' },
          { role: 'ASSISTANT', content: 'Yes?' },
          { role: 'USER', content: 'So' },
        ],
        system: 'Be short',
        maxTokens: 3,
      },
    });
    expect(process.prompt.messages.map(({ role }) => role)).toEqual(['SYSTEM', 'USER', 'ASSISTANT', 'USER']);
    expect(process.prompt.input).toContain('user: Hi');
  });

  it('gives equal text for equal seeds', async () => {
    const input = { prompt: 'Dice', maxTokens: 20, seed: 42, temperature: 1 };
    const [one, two] = [await server.data(processPrompt, { input }), await server.data(processPrompt, { input })];
    expect(one.process.prompt.text).toBe(two.process.prompt.text);
  });

  it('batch keeps the order, and one failure spoils only itself', async () => {
    const { batch } = await server.data(runBatch, {
      input: {
        maxTokens: 4,
        prompts: [{ prompt: 'a' }, { prompt: 'b', temperature: 9 }, { prompt: 'c', maxTokens: 7 }],
      },
    });
    expect(batch.prompts.map(({ status }) => status)).toEqual(['COMPLETED', 'FAILED', 'COMPLETED']);
    expect(batch.prompts.map(({ input }) => input)).toEqual(['a', 'b', 'c']);
    expect(batch.prompts[1]?.error).toMatchObject({ code: 'INVALID_REQUEST', details: { field: 'temperature' } });
    expect(batch.prompts.map(({ text }) => text.length)).toEqual([4, 0, 7]);
    expect(batch.usage.completionTokens).toBe(11);
  });

  it('submit returns at once, and the prompt runs on', async () => {
    const { submit } = await server.data(submitPrompt, { input: { prompt: 'Later', maxTokens: 30 } });
    expect(['QUEUED', 'RUNNING']).toContain(submit.prompt.status);
    expect(await finished(submit.prompt.id)).toMatchObject({ status: 'COMPLETED', finishReason: 'LENGTH' });
  });

  it('cancelPrompt keeps what there is, deletePrompt leaves nothing', async () => {
    const { submit } = await server.data(submitPrompt, { input: { prompt: 'Stop me', maxTokens: 1500 } });
    const { id } = submit.prompt;
    const { cancelPrompt: cancelled } = await server.data(cancelPrompt, { id });
    expect(cancelled.prompt).toMatchObject({ id, status: 'CANCELLED', finishReason: 'CANCELLED' });
    expect((await server.data(deletePrompt, { id })).deletePrompt.id).toBe(id);
    const { data, errors } = await server.graphql(onePrompt, { id });
    expect(data).toEqual({ prompt: null });
    expect(errors[0]?.extensions.code).toBe('PROMPT_NOT_FOUND');
  });

  it('prompts pages through all, newest first', async () => {
    const ids: string[] = [];
    for (const prompt of ['one', 'two', 'three']) {
      const { process } = await server.data(processPrompt, { input: { prompt, maxTokens: 1 } });
      ids.unshift(process.prompt.id);
    }
    const page = await server.data(manyPrompts, { first: 2 });
    expect(page.prompts.edges.map(({ node }) => node.id)).toEqual(ids.slice(0, 2));
    expect(page.prompts.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const next = await server.data(manyPrompts, { first: 1, after: page.prompts.pageInfo.endCursor });
    for (const after of ['nonsense', '', `${page.prompts.pageInfo.endCursor}0`]) {
      const { errors } = await server.graphql(manyPrompts, { first: 1, after });
      expect(errors).toMatchObject([{ extensions: { code: 'INVALID_REQUEST', details: { field: 'after' } } }]);
    }
    expect(next.prompts.edges[0]?.node.id).toBe(ids[2]);
    expect(next.prompts.pageInfo.hasPreviousPage).toBe(true);
    const none = await server.data(manyPrompts, { status: 'QUEUED' });
    expect(none.prompts.edges).toEqual([]);
  });

  it.each([0, 101, -1])('prompts refuses first: %d', async (first) => {
    const { errors } = await server.graphql(manyPrompts, { first });
    expect(errors[0]?.extensions).toMatchObject({ code: 'INVALID_REQUEST', details: { field: 'first' } });
  });

  it('says which model answers, and that it is not the one that was asked for', async () => {
    const input = { prompt: 'Hi', model: 'llama3.3', maxTokens: 2 };
    const said = [expect.stringContaining('"llama3.3" is not installed: the default model, demo, answered instead')];
    const { data, headers } = await server.graphql(processPrompt, { input });
    expect(headers.get('x-llamahome-model')).toBe('demo');
    expect(data?.process.prompt).toMatchObject({ modelId: 'demo', warnings: said });
    const again = await server.data(onePrompt, { id: data?.process.prompt.id ?? '' });
    expect(again.prompt?.warnings).toEqual(said);
    expect((await server.data(estimatePrompt, { input })).estimate.warnings).toEqual(said);
  });

  it('estimate counts without running', async () => {
    const { estimate } = await server.data(estimatePrompt, { input: { prompt: 'How long is this?', maxTokens: 10 } });
    expect(estimate).toMatchObject({ contextLength: expect.any(Number), fits: true });
    expect(estimate.promptTokens).toBeGreaterThan(10);
    const tooLong = await server.data(estimatePrompt, { input: { prompt: 'x'.repeat(5000), maxTokens: 10 } });
    expect(tooLong.estimate.fits).toBe(false);
  });
});

describe('refusals of prompts', () => {
  it.each([
    [{ prompt: 'x', messages: [] }, 'INVALID_REQUEST', 'prompt'],
    [{}, 'INVALID_REQUEST', 'prompt'],
    [{ prompt: 'x', maxTokens: -1 }, 'INVALID_REQUEST', 'maxTokens'],
    [{ prompt: 'x', maxTokens: 0 }, 'INVALID_REQUEST', 'maxTokens'],
    [{ prompt: 'x', temperature: 2.5 }, 'INVALID_REQUEST', 'temperature'],
    [{ prompt: 'a\0b' }, 'INVALID_REQUEST', 'prompt'],
  ])('%j gives %s on %s', async (input, code, field) => {
    const { data, errors } = await server.graphql(processPrompt, { input });
    expect(data).toBeNull();
    expect(errors[0]?.extensions).toMatchObject({ code, details: { field } });
  });

  it('names near models', async () => {
    const { errors } = await server.graphql(processPrompt, { input: { prompt: 'x', model: 'dmo' } });
    expect(errors[0]?.extensions.code).toBe('MODEL_NOT_FOUND');
    expect(JSON.stringify(errors[0])).toContain('demo');
  });

  it('never truncates a prompt that is too long', async () => {
    const { errors } = await server.graphql(processPrompt, { input: { prompt: 'x'.repeat(3000), maxTokens: 10 } });
    expect(errors[0]?.extensions).toMatchObject({
      code: 'CONTEXT_LENGTH_EXCEEDED',
      details: { max_tokens: 10, context_length: expect.any(Number), prompt_tokens: expect.any(Number) },
    });
  });
});

describe('the rest of the schema', () => {
  it('many fields, fragments and variables under one operation', async () => {
    const { data, errors } = await server.graphql(
      `query Many($id: String!, $with: Boolean!) {
        a: model(id: $id) { ...M }
        b: model(id: "mdl_demo") { ...M }
        viewer { id @skip(if: $with) tier }
        server { ... @include(if: $with) { version } }
        __typename
      }
      fragment M on Model { slug ... on Node { id } }`,
      { id: 'demo', with: true },
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({
      a: { slug: 'demo', id: 'mdl_demo' },
      b: { slug: 'demo', id: 'mdl_demo' },
      viewer: { tier: 'ENTERPRISE' },
      server: { version: expect.stringMatching(/^\d+\.\d+\.\d+/) },
      __typename: 'Query',
    });
  });

  it('node finds prompts, models and keys by their global ids', async () => {
    const { process } = await server.data(processPrompt, { input: { prompt: 'x', maxTokens: 1 } });
    const { createApiKey: made } = await server.data(createApiKey, {
      input: { name: 'node', tier: 'BASIC', scopes: [] },
    });
    for (const [id, type] of [
      [process.prompt.id, 'Prompt'],
      ['mdl_demo', 'Model'],
      [made.apiKey.id, 'ApiKey'],
    ] as const) {
      expect((await server.data(anyNode, { id })).node).toEqual({ __typename: type, id });
    }
    for (const id of ['prm_0', 'mdl_nothing', 'key_0', 'nonsense', '']) {
      expect((await server.data(anyNode, { id })).node).toBeNull();
    }
  });

  it('models and model', async () => {
    const { models } = await server.data(allModels, {});
    expect(models.map(({ slug }) => slug)).toEqual(expect.arrayContaining(['demo', 'smollm2-135m-instruct']));
    const { model } = await server.data(oneModel, { id: 'demo' });
    expect(model).toMatchObject({ id: 'mdl_demo', state: 'READY', capabilities: ['TEXT_GENERATION', 'CHAT'] });
    expect(model?.performance?.memoryRequired).toBeGreaterThan(0);
    const available = await server.data(allModels, { state: 'AVAILABLE' });
    expect(available.models.every(({ state }) => state === 'AVAILABLE')).toBe(true);
    const unknown = await server.graphql(oneModel, { id: 'demmo' });
    expect(unknown.data).toEqual({ model: null });
    expect(unknown.errors[0]?.extensions.code).toBe('MODEL_NOT_FOUND');
  });

  it('unloads and loads a model, and installs one that is there', async () => {
    expect((await server.data(unloadModel, { id: 'demo' })).unloadModel.model.state).toBe('INSTALLED');
    expect((await server.data(installModel, { id: 'demo' })).installModel.model.state).toBe('INSTALLED');
    expect((await server.data(loadModel, { id: 'mdl_demo' })).loadModel.model.state).toBe('READY');
  });

  it('config is read and changed as a whole', async () => {
    const { config } = await server.data(readConfig, {});
    expect(config.modelSettings.defaultModel).toBe('demo');
    const changed = await server.data(updateConfig, { input: { modelSettings: { maxTokens: 5, temperature: null } } });
    expect(changed.updateConfig.config).toEqual({
      ...config,
      modelSettings: { ...config.modelSettings, maxTokens: 5 },
    });
    const { process } = await server.data(processPrompt, { input: { prompt: 'x' } });
    expect(process.prompt.usage?.completionTokens).toBe(5);
    const { errors } = await server.graphql(updateConfig, {
      input: { modelSettings: { maxTokens: 6, temperature: 7 } },
    });
    expect(errors[0]?.extensions.code).toBe('INVALID_REQUEST');
    expect((await server.data(readConfig, {})).config.modelSettings.maxTokens).toBe(5);
  });

  it('server tells slots, queue and resources', async () => {
    const { server: state } = await server.data(readServer, {});
    expect(state).toMatchObject({
      defaultModel: { slug: 'demo', state: 'READY' },
      slots: { total: 4, busy: 0 },
      queue: { waiting: 0, limit: 256 },
    });
    expect(state.uptimeMs).toBeGreaterThan(0);
    expect(state.resources.memoryBytes).toBeGreaterThan(10_000_000);
    expect(state.resources.cpuPercent).toBeGreaterThanOrEqual(0);
    expect(state.resources.cpuPercent).toBeLessThanOrEqual(100);
  });

  it('keys and tokens are made, used and revoked', async () => {
    const { createApiKey: made } = await server.data(createApiKey, {
      input: { name: 'app', userId: 'anna', tier: 'PRO', scopes: ['models:read'] },
    });
    expect(made.key).toMatch(/^lh_[\w-]{43}$/);
    const { createToken: token } = await server.data(createToken, {
      input: { userId: 'anna', tier: 'PRO', scopes: ['models:read'], expiresIn: 60 },
    });
    for (const key of [made.key, token.token]) {
      const { data } = await server.graphql(readViewer, {}, { key });
      expect(data?.viewer).toMatchObject({
        id: 'anna',
        tier: 'PRO',
        scopes: ['models:read'],
        rateLimit: { limit: 300, burst: 50 },
      });
      const refused = await server.graphql(readConfig, {}, { key });
      expect(refused.errors[0]?.extensions).toMatchObject({
        code: 'PERMISSION_DENIED',
        details: { required_scope: 'config:read' },
      });
    }
    const { revokeApiKey: revoked } = await server.data(revokeApiKey, { id: made.apiKey.id });
    expect(revoked.apiKey.revokedAt).not.toBeNull();
    expect((await server.graphql(readViewer, {}, { key: made.key })).errors[0]?.extensions.code).toBe('INVALID_TOKEN');
    const unknown = await server.graphql(createApiKey, { input: { name: 'x', tier: 'BASIC', scopes: ['everything'] } });
    expect(unknown.errors[0]?.extensions.code).toBe('INVALID_REQUEST');
  });
});
