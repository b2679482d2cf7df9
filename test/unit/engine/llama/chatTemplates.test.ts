import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Template } from '../../../../src/engine/llama/jinja/Template.js';
import { Text } from '../../../../src/engine/llama/jinja/Text.js';
import { dictOf } from '../../../../src/engine/llama/jinja/values.js';

const data = new URL('../../../data/chatTemplates/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, data), 'utf8');

type Conversation = [role: string, content: string][];
type Renderings = Record<string, string | null>;

const conversations: Record<string, Conversation> = JSON.parse(read('conversations.json'));
const expected: { templates: Record<string, Renderings>; constructs: Renderings } = JSON.parse(read('expected.json'));

/** The text, or null where the template refuses the messages. */
function render(source: string, conversation: Conversation): string | null {
  const template = new Template(source);
  const messages = conversation.map(([role, content]) =>
    dictOf([
      ['role', Text.ofTemplate(role)],
      ['content', Text.ofContent(content)],
    ]),
  );
  try {
    return template.render({
      messages,
      add_generation_prompt: true,
      bos_token: Text.ofTemplate('<s>'),
      eos_token: Text.ofTemplate('</s>'),
    }).value;
  } catch {
    return null;
  }
}

// The moment that render.py has.
beforeAll(() => {
  vi.useFakeTimers({ now: new Date(2026, 0, 2, 13, 4, 5), toFake: ['Date'] });
});
afterAll(() => {
  vi.useRealTimers();
});

describe('a chat template of a public model gives what Jinja2 gives', () => {
  const names = readdirSync(new URL('templates/', data)).map((name) => name.replace(/\.jinja$/, ''));

  test('for all that are here', () => {
    expect(names.sort()).toEqual(Object.keys(expected.templates).sort());
    expect(names.length).toBeGreaterThan(12);
  });

  test.each(names)('%s', (name) => {
    const source = read(`templates/${name}.jinja`);
    const rendered = Object.entries(conversations).map(([title, talk]) => [title, render(source, talk)]);
    expect(Object.fromEntries(rendered)).toEqual(expected.templates[name]);
  });
});

describe('the language of templates is that of Jinja2', () => {
  const talk = conversations['system and five turns'] ?? [];

  test.each(Object.entries(expected.constructs))('%s', (source, text) => {
    expect(render(source, talk)).toBe(text);
  });
});
