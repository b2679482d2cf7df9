import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LlamaHomeError } from '../../../src/errors/index.js';
import { withParametersOf } from '../../../src/prompts/parameters.js';
import { batchRequest, configRequest, promptRequest } from '../../../src/rest/requestSchemas.js';
import { readFields, toBatchInput, toConfigInput, toPromptInput } from '../../../src/rest/requests.js';

function refusal(read: () => unknown): LlamaHomeError {
  try {
    read();
  } catch (error) {
    if (error instanceof LlamaHomeError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a prompt request', () => {
  it('becomes the input of the schema', () => {
    const body = {
      messages: [{ role: 'user', content: 'Hi' }],
      system: 's',
      model: 'm',
      max_tokens: 5,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 10,
      min_p: 0.1,
      seed: 7,
      stop: ['x'],
      repeat_penalty: 1.1,
      presence_penalty: 0.5,
      frequency_penalty: -0.5,
      logit_bias: [{ token: 5, bias: -100 }],
      deadline_ms: 1000,
      priority: 'high',
      stream: true,
    };
    expect(toPromptInput(readFields(promptRequest, body), 'key')).toEqual({
      prompt: undefined,
      messages: [{ role: 'USER', content: 'Hi' }],
      system: 's',
      model: 'm',
      maxTokens: 5,
      temperature: 0.5,
      topP: 0.9,
      topK: 10,
      minP: 0.1,
      seed: 7,
      stop: ['x'],
      repeatPenalty: 1.1,
      presencePenalty: 0.5,
      frequencyPenalty: -0.5,
      logitBias: [{ token: 5, bias: -100 }],
      deadlineMs: 1000,
      priority: 'HIGH',
      idempotencyKey: 'key',
    });
  });

  it.each([
    [{ prompt: 'x', maxTokens: 5 }, 'maxTokens'],
    [{ prompt: 'x', max_tokens: '5' }, 'max_tokens'],
    [{ prompt: 'x', max_tokens: 1.5 }, 'max_tokens'],
    [{ prompt: 'x', max_tokens: 2 ** 31 }, 'max_tokens'],
    [{ prompt: 5 }, 'prompt'],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user', content: 'x', name: 'y' }] }, 'messages[0].name'],
    [{ prompt: 'x', stop: 'end' }, 'stop'],
    [{ prompt: 'x', priority: 'urgent' }, 'priority'],
    [{ prompt: 'x', logit_bias: { 5: -100 } }, 'logit_bias'],
    [{ prompt: 'x', logit_bias: [{ token: 5 }] }, 'logit_bias[0].bias'],
    [{ prompt: 'x', constructor: 1 }, 'constructor'],
    [JSON.parse('{"prompt": "x", "__proto__": {"polluted": true}}'), '__proto__'],
    [null, 'body'],
    ['x', 'body'],
    [[], 'body'],
  ])('refuses %j, naming %s', (body, field) => {
    const error = refusal(() => readFields(promptRequest, body));
    expect(error.code).toBe('invalid_request');
    expect(error.details?.field).toBe(field);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('reads or refuses any JSON with a typed error', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        try {
          readFields(promptRequest, body);
        } catch (error) {
          expect(error).toBeInstanceOf(LlamaHomeError);
        }
      }),
    );
  });
});

describe('a refusal', () => {
  const whole = 'max_tokens must be a whole number from 1 to 2147483647.';
  it.each([
    [{ prompt: 'x', max_tokens: '5' }, whole, { minimum: 1, maximum: 2 ** 31 - 1 }],
    [{ prompt: 'x', max_tokens: 1.5 }, whole, { minimum: 1, maximum: 2 ** 31 - 1 }],
    [{ prompt: 'x', max_tokens: 2 ** 31 }, whole, { minimum: 1, maximum: 2 ** 31 - 1 }],
    [{ prompt: 'x', temperature: 'hot' }, 'temperature must be a number from 0 to 2.', { minimum: 0, maximum: 2 }],
    [{ prompt: 5 }, 'prompt must be a text.', {}],
    [{ prompt: ['x'] }, 'prompt must be a text.', {}],
    [{ prompt: 'x', stream: 'yes' }, 'stream must be true or false.', {}],
    [{ prompt: 'x', stop: 'end' }, 'stop must be a list of texts.', {}],
    [{ prompt: 'x', stop: ['end', 5] }, 'stop[1] must be a text.', {}],
    [
      { prompt: 'x', priority: 'urgent' },
      'priority must be "low", "normal" or "high".',
      { allowed: ['low', 'normal', 'high'] },
    ],
    [{ messages: 'x' }, 'messages must be a list of objects with role and content.', {}],
    [{ messages: ['x'] }, 'messages[0] must be an object with role and content.', {}],
    [
      { messages: [{ role: 'tool', content: 'x' }] },
      'messages[0].role must be "system", "user" or "assistant".',
      { allowed: ['system', 'user', 'assistant'] },
    ],
    [{ messages: [{ role: 'user' }] }, 'messages[0].content must be a text.', {}],
    [
      { messages: [{ role: 'user', content: 'x', name: 'y' }] },
      'There is no field "messages[0].name" in this request; there are role and content.',
      { allowed: ['role', 'content'] },
    ],
    [
      { prompt: 'x', maxTokens: 5 },
      'There is no field "maxTokens" in this request; did you mean max_tokens?',
      { allowed: expect.arrayContaining(['prompt', 'max_tokens']) },
    ],
    [
      { prompt: 'x', colour: 5 },
      expect.stringMatching(/^There is no field "colour" in this request; there are prompt, /),
      { allowed: expect.any(Array) },
    ],
    ['x', 'The body must be a JSON object.', {}],
  ])('of %j says what to write', (body, message, details) => {
    const error = refusal(() => readFields(promptRequest, body));
    expect(error.message).toEqual(message);
    expect(error.details).toEqual({ ...details, field: error.details?.field });
  });

  it('of a batch and of a change of Config does so too', () => {
    const said = (read: () => unknown) => refusal(read).message;
    expect(said(() => readFields(batchRequest, {}))).toBe('prompts must be a list of texts or objects.');
    expect(said(() => readFields(batchRequest, { prompts: [5] }))).toBe('prompts[0] must be a text or an object.');
    expect(said(() => readFields(batchRequest, { prompts: [{ top_k: 'x' }] }))).toBe(
      'prompts[0].top_k must be a whole number from 0 to 2147483647.',
    );
    expect(said(() => readFields(configRequest, { model_settings: 5 }))).toBe(
      'model_settings must be an object with default_model, max_tokens and temperature.',
    );
    expect(said(() => readFields(configRequest, { model_settings: { max_tokens: '5' } }))).toBe(
      'model_settings.max_tokens must be a whole number from 1 to 1000000.',
    );
    expect(said(() => readFields(configRequest, { max_tokens: 5 }))).toBe(
      'There is no field "max_tokens" in this request; there are model_settings and system_settings.',
    );
  });
});

describe('a batch request', () => {
  it('gives the shared parameters to the prompts that do not set them', () => {
    const batch = toBatchInput(
      readFields(batchRequest, {
        prompts: ['a', { prompt: 'b', max_tokens: 3, temperature: null }],
        max_tokens: 9,
        temperature: 0,
        top_p: 0.5,
        priority: 'low',
        batch_size: 2,
      }),
      null,
    );
    expect(batch.batchSize).toBe(2);
    const shared = { temperature: 0, topP: 0.5, priority: 'LOW' };
    expect(batch.prompts.map((prompt) => withParametersOf(batch, prompt))).toMatchObject([
      { prompt: 'a', maxTokens: 9, ...shared },
      { prompt: 'b', maxTokens: 3, ...shared },
    ]);
  });

  it.each([
    [{}, 'prompts'],
    [{ prompts: 'a' }, 'prompts'],
    [{ prompts: [5] }, 'prompts[0]'],
    [{ prompts: [{ prompt: 'a', stream: true }] }, 'prompts[0].stream'],
    [{ prompts: ['a'], prompt: 'b' }, 'prompt'],
  ])('refuses %j, naming %s', (body, field) => {
    expect(refusal(() => readFields(batchRequest, body)).details?.field).toBe(field);
  });
});

describe('a config request', () => {
  it('keeps what is left out away from the change', () => {
    expect(JSON.stringify(toConfigInput(readFields(configRequest, { model_settings: { max_tokens: 7 } })))).toBe(
      '{"modelSettings":{"maxTokens":7}}',
    );
  });

  it('takes null for what is left out, as GraphQL does', () => {
    const settings = { default_model: null, max_tokens: null, temperature: 0.5 };
    const input = toConfigInput(readFields(configRequest, { model_settings: settings, system_settings: null }));
    expect(input.modelSettings).toEqual({ defaultModel: null, maxTokens: null, temperature: 0.5 });
    expect(input.systemSettings).toBeNull();
  });

  it.each([
    [{ model_settings: { max_token: 7 } }, 'model_settings.max_token'],
    [{ system_settings: { cache_size: 10 } }, 'system_settings.cache_size'],
    [{ colours: {} }, 'colours'],
  ])('refuses %j, naming %s', (body, field) => {
    expect(refusal(() => readFields(configRequest, body)).details?.field).toBe(field);
  });
});
