import { describe, expect, it } from 'vitest';
import { accepts, feed, ofSchema } from './support/feed.js';

describe('a string', () => {
  const state = ofSchema({ type: 'string' });

  it.each(['"é"', '"\\u00e9"', '"\\u00E9"', '"😀"', '"\\ud83d\\ude00"', '"\\n\\t\\u000a\\u001f"', '"\\"\\\\"'])(
    'may be spelled %s',
    (text) => expect(accepts(state, text)).toBe(true),
  );

  it.each(['"\\u0061"', '"\\/"', '"\\u0022"', '"\\ud83d"', '"\\ude00"', '"\\x"'])('may not be spelled %s', (text) =>
    expect(accepts(state, text)).toBe(false),
  );
});

describe('what must follow', () => {
  const ahead = (schema: object, text: string) => {
    const at = feed(ofSchema(schema), text);
    return at === undefined ? undefined : Buffer.from(at.forced()).toString();
  };
  const properties = { name: { type: 'string' }, nature: { const: 'wild' } };
  const schema = { type: 'object', properties, required: ['name', 'nature'], additionalProperties: false };

  it.each([
    ['', '{'],
    ['{"', 'na'],
    ['{"nam', 'e":'],
    ['{"nat', 'ure":'],
    ['{"nature": ', '"wild",'],
    ['{"nature": "wild", "', 'name":'],
  ])('behind %j is %j', (text, forced) => expect(ahead(schema, text)).toBe(forced));
});
