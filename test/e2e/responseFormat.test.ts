import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LlamaClient } from '../../src/client/index.js';
import { startTestServer, type TestServer } from '../support/startTestServer.js';
import { all, ndjson } from '../support/streams.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const run = `mutation ($input: PromptInput!) {
  process(input: $input) { prompt { text json finishReason usage { completionTokens } } }
}`;

interface Answer {
  text: string;
  json: unknown;
  finishReason: string;
}

async function answer(responseFormat: object, input: object = {}): Promise<Answer> {
  const variables = { input: { prompt: 'Answer.', maxTokens: 1000, seed: 1, responseFormat, ...input } };
  const { data, errors } = await server.graphql<{ process: { prompt: Answer } }>(run, variables);
  if (data === null) throw new Error(JSON.stringify(errors));
  return data.process.prompt;
}

async function refusal(responseFormat: object) {
  const { errors } = await server.graphql(run, { input: { prompt: 'Answer.', responseFormat } });
  return { message: errors[0]?.message, ...errors[0]?.extensions };
}

const person = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 12 },
    age: { type: 'integer', minimum: 0, maximum: 130 },
    born: { type: 'string', format: 'date' },
    tags: { type: 'array', items: { enum: ['a', 'b'] }, minItems: 1, maxItems: 3 },
  },
  required: ['name', 'age', 'tags'],
  additionalProperties: false,
};

/** As it comes over the network, where -0 is 0. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const ajv = new Ajv2020({ strict: false });
addFormats.default(ajv);

describe('an answer', () => {
  it.each([0, 0.7, 2])('is in its JSON schema at temperature %d, whatever the seed', async (temperature) => {
    const validate = ajv.compile(person);
    for (const seed of [1, 2, 3]) {
      const { text, json, finishReason } = await answer({ jsonSchema: person }, { temperature, seed });
      expect(finishReason).toBe('STOP');
      expect(JSON.stringify(json)).toBe(JSON.stringify(JSON.parse(text)));
      expect(validate(json), JSON.stringify([json, validate.errors])).toBe(true);
    }
  });

  it('is any JSON when that is asked for', async () => {
    const { text, json, finishReason } = await answer({ json: true });
    expect(finishReason).toBe('STOP');
    expect(json).toEqual(JSON.parse(text));
  });

  it('matches a regular expression as a whole', async () => {
    const { text, json } = await answer({ regex: '[A-Z]{3}-\\d{2,4}' });
    expect(text).toMatch(/^[A-Z]{3}-\d{2,4}$/);
    expect(json).toBeNull();
  });

  it('is one of the choices', async () => {
    const choices = ['yes', 'no', 'maybe, später'];
    const seen = new Set<string>();
    for (const seed of [1, 2, 3, 4, 5, 6]) seen.add((await answer({ choices }, { seed, temperature: 2 })).text);
    expect([...seen].every((text) => choices.includes(text))).toBe(true);
    expect(seen.size).toBeGreaterThan(1);
  });

  it('is of a grammar', async () => {
    const grammar = 'root ::= ("left" | "right") " " [0-9] "\\n"';
    expect((await answer({ grammar })).text).toMatch(/^(left|right) \d\n$/);
  });

  it('that does not fit into maxTokens ends as LENGTH, with the text so far and no json', async () => {
    const { text, json, finishReason } = await answer(
      { jsonSchema: { type: 'string', minLength: 500 } },
      { maxTokens: 20 },
    );
    expect(finishReason).toBe('LENGTH');
    expect(text).toMatch(/^"/);
    expect(json).toBeNull();
  });

  it('is the same for the same seed', async () => {
    const [first, second] = [await answer({ jsonSchema: person }), await answer({ jsonSchema: person })];
    expect(second).toEqual(first);
  });

  it('may be ended by a stop text of the caller, in mid-JSON', async () => {
    const { text, json, finishReason } = await answer({ jsonSchema: person }, { stop: ['"age"'] });
    expect([finishReason, json]).toEqual(['STOP', null]);
    expect(text).not.toContain('"age"');
  });

  it('keeps its shape with penalties and biases', async () => {
    const { json } = await answer(
      { jsonSchema: person },
      { repeatPenalty: 1.3, presencePenalty: 1, logitBias: [{ token: 125, bias: -100 }] },
    );
    expect(ajv.validate(person, json)).toBe(true);
  });
});

it('each prompt of a batch has its own shape, or none', async () => {
  const response = await server.rest('/batch', {
    json: {
      max_tokens: 300,
      seed: 1,
      prompts: [
        { prompt: 'One', response_format: { choices: ['only this'] } },
        { prompt: 'Two', response_format: { json_schema: person } },
        { prompt: 'Three', max_tokens: 5 },
        { prompt: 'Four', response_format: { json_schema: { $ref: 'https://example.com/schema' } } },
      ],
    },
  });
  const { results } = await response.json();
  expect(results[0]).toMatchObject({ text: 'only this', finish_reason: 'stop' });
  expect(results[0]).not.toHaveProperty('json');
  expect(ajv.validate(person, results[1].json)).toBe(true);
  expect(results[2]).toMatchObject({ finish_reason: 'length' });
  expect(results[3].error).toMatchObject({ code: 'unsupported_schema', details: { keyword: '$ref' } });
});

it('a stream has the same text, and the parsed answer in its last line', async () => {
  const response = await server.rest('/stream', {
    json: { prompt: 'Answer.', max_tokens: 1000, seed: 1, response_format: { json_schema: person } },
  });
  const lines = await all(ndjson(response));
  const text = lines.map(({ chunk }) => chunk).join('');
  expect(text).toBe((await answer({ jsonSchema: person })).text);
  expect(lines.at(-1)).toMatchObject({ done: true, json: plain(JSON.parse(text)) });
});

it('the client gives the parsed answer', async () => {
  await using client = new LlamaClient({ endpoint: server.url, apiKey: server.adminKey });
  const options = { responseFormat: { jsonSchema: person }, maxTokens: 1000, seed: 1 };
  const { text, json } = await client.process('Answer.', options);
  expect(json).toEqual(plain(JSON.parse(text)));
  const [item] = await client.processBatch(['Answer.'], options);
  expect(item).toMatchObject({ json: plain(JSON.parse(text)) });
});

describe('what can not be enforced', () => {
  it.each([
    [{ jsonSchema: { properties: { a: { $ref: '#/$defs/b' } } } }, '/properties/a', '$ref'],
    [{ jsonSchema: { $ref: 'https://example.com/schema.json' } }, '', '$ref'],
    [{ jsonSchema: { items: { pattern: '(a)\\1' } } }, '/items', 'pattern'],
    [{ jsonSchema: { items: { type: 'text' } } }, '/items', 'type'],
    [{ regex: '(a)\\1' }, '', 'regex'],
    [{ regex: '(a{1000}){1000}' }, '', 'regex'],
    [{ regex: '(' }, '', 'regex'],
    [{ grammar: 'root ::= root "a"' }, '', 'grammar'],
    [{ grammar: 'start ::= "a"' }, '', 'grammar'],
    [{ jsonSchema: false }, '', expect.any(String)],
  ])('is refused by name: %j', async (format, path, keyword) => {
    expect(await refusal(format)).toMatchObject({
      code: 'UNSUPPORTED_SCHEMA',
      message: expect.stringMatching(/\w{3}/),
      details: { path, keyword },
    });
  });

  it('costs no allowance', async () => {
    const remaining = async () => {
      const { data } = await server.graphql<{ viewer: { rateLimit: { remaining: number } } }>(
        '{ viewer { rateLimit { remaining } } }',
      );
      return data?.viewer.rateLimit.remaining ?? 0;
    };
    const before = await remaining();
    for (let round = 0; round < 5; round++) await refusal({ regex: '(' });
    expect(await remaining()).toBeGreaterThanOrEqual(before - 1);
  });
});

it.each([
  [{}],
  [{ json: true, regex: 'a' }],
  [{ json: false }],
  [{ choices: [] }],
  [{ regex: '' }],
  [{ jsonSchema: [] }],
])('a format is exactly one of its kinds, and is something: %j', async (format) => {
  const { code } = await refusal(format);
  expect(['INVALID_REQUEST', 'UNSUPPORTED_SCHEMA']).toContain(code);
  const { json_schema, ...others } = { json_schema: Reflect.get(format, 'jsonSchema'), ...format };
  const response = await server.rest('/process', {
    json: { prompt: 'x', response_format: { ...others, json_schema } },
  });
  expect(response.status).toBe(400);
});
