import { describe, expect, test } from 'vitest';
import type { Model } from '../../../src/models/Model.js';
import { warningsOf } from '../../../src/prompts/warningsOf.js';

const model: Pick<Model, 'id' | 'aliases' | 'capabilities'> = {
  id: 'demo',
  aliases: ['toy'],
  capabilities: ['text-generation', 'chat'],
};
const base = { ...model, capabilities: ['text-generation' as const] };
const half = 'cut \ud83d';

describe('a prompt is warned of', () => {
  test('nothing, when it gets what it asks for', () => {
    const messages = [{ role: 'system' as const, content: 'Be brief.' }];
    expect(warningsOf({ prompt: 'Hi' }, model)).toEqual([]);
    expect(warningsOf({ messages, model: 'demo', stop: ['😀'] }, model)).toEqual([]);
    expect(warningsOf({ prompt: 'Hi', model: 'toy' }, model)).toEqual([]);
    expect(warningsOf({ prompt: 'Hi' }, base)).toEqual([]);
    expect(warningsOf({ messages: [{ role: 'user', content: 'Hi' }] }, base)).toEqual([]);
  });

  test('another model that answers', () => {
    expect(warningsOf({ prompt: 'Hi', model: 'llama3.3' }, model)).toEqual([
      'The model "llama3.3" is not installed: the default model, demo, answered instead. Install it with `npx llamahome pull llama3.3`.',
    ]);
  });

  test('roles that a model without a chat template is not told', () => {
    const said = [expect.stringContaining('demo has no chat template')];
    expect(warningsOf({ prompt: 'Hi', system: 'Be brief.' }, base)).toEqual(said);
    expect(warningsOf({ messages: [{ role: 'assistant', content: 'Hi' }] }, base)).toEqual(said);
  });

  test('half characters that were replaced', () => {
    expect(warningsOf({ prompt: half }, model)).toEqual([
      'Half a surrogate pair in prompt was replaced by U+FFFD: cut texts between characters.',
    ]);
    const messages = [{ role: 'user' as const, content: half }];
    expect(warningsOf({ messages, system: half, stop: ['a', half] }, model)).toEqual([
      'Half a surrogate pair in system and 2 more was replaced by U+FFFD: cut texts between characters.',
    ]);
  });
});
