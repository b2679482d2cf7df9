import { buildSchema, execute, type GraphQLSchema, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { compileEvents } from '../../../../src/graphql/subscribe/compileEvents.js';

const schema: GraphQLSchema = buildSchema(`
  interface Step { cursor: String! prompt: Prompt! }
  type Chunk implements Step { cursor: String! prompt: Prompt! index: Int! text(upper: Boolean = false): String! }
  type Done implements Step { cursor: String! prompt: Prompt! }
  enum Status { RUNNING DONE }
  type Usage { total: Int! }
  type Prompt { id: ID! status: Status! usage: Usage tags: [String!]! steps: [Usage] late: String broken: String must: String! }
  type Query { hello: String }
  type Subscription { stream: Step! other: Step }
`);

/** Resolvers as code-first schemas have them. */
function fields(type: string) {
  const found = schema.getType(type);
  if (!found || !('getFields' in found)) throw new Error(type);
  return found.getFields() as Record<string, { resolve?: (...args: never[]) => unknown }>;
}

interface Event {
  type: string;
  cursor: string;
  prompt: Record<string, unknown>;
  index?: number;
  text?: string;
}

const step = schema.getType('Step');
if (step && 'resolveType' in step) step.resolveType = ({ type }: Event) => type;
const root = fields('Subscription').stream;
if (root) root.resolve = (event: Event) => event;
const text = fields('Chunk').text;
if (text)
  text.resolve = (event: Event, { upper }: { upper: boolean }) => (upper ? event.text?.toUpperCase() : event.text);
const late = fields('Prompt').late;
if (late) late.resolve = async () => 'later';
const broken = fields('Prompt').broken;
if (broken) {
  broken.resolve = () => {
    throw new Error('broken');
  };
}

const prompt = { id: 7, status: 'RUNNING', usage: { total: 3 }, tags: ['a', 'b'], steps: [{ total: 1 }, null] };
const chunk: Event = { type: 'Chunk', cursor: 'c1', prompt, index: 0, text: 'one' };
const done: Event = { type: 'Done', cursor: 'c2', prompt: { ...prompt, status: 'DONE', usage: null } };

const fragments = `
  fragment End on Done { prompt { status usage { total } } }
  fragment Any on Step { where: cursor __typename }
`;

describe('compiled events', () => {
  test.each([
    ['plain fields', 'subscription { stream { cursor ... on Chunk { index text } } }'],
    ['aliases and arguments', 'subscription { s: stream { a: cursor ... on Chunk { loud: text(upper: true) text } } }'],
    [
      'fragments of types and interfaces',
      'subscription { stream { ...Any ...End ... on Step { cursor } ... { cursor } } }',
    ],
    [
      'fields of one key, merged',
      'subscription { stream { prompt { id } ... on Chunk { prompt { status id } } prompt { tags } } }',
    ],
    [
      'objects, lists, enums and nulls',
      'subscription { stream { prompt { id status usage { total } tags steps { total } } } }',
    ],
    [
      'directives and variables',
      'subscription ($on: Boolean!, $up: Boolean) { stream { cursor @skip(if: $on) ... on Chunk @include(if: $on) { text(upper: $up) } } }',
    ],
  ])('%s: equal to what the executor gives', (_name, source) => {
    const document = parse(source.includes('...Any') ? source + fragments : source);
    for (const variableValues of [{ on: true, up: true }, { on: false }]) {
      const args = { schema, document, variableValues };
      const compiled = compileEvents(args);
      for (const event of [chunk, done]) {
        const expected = execute({ ...args, rootValue: event });
        expect(expected).not.toHaveProperty('errors');
        const result = compiled?.(event);
        expect(JSON.stringify(result)).toBe(JSON.stringify(expected));
      }
    }
  });

  test.each([
    ['a resolver that throws', 'subscription { stream { prompt { broken } } }', chunk],
    ['a promise', 'subscription { stream { prompt { late } } }', chunk],
    ['null where none may be', 'subscription { stream { prompt { must } } }', chunk],
    [
      'a value that is no member of its enum',
      'subscription { stream { prompt { status } } }',
      { ...chunk, prompt: { ...prompt, status: 'NO' } },
    ],
    ['a type that is not known', 'subscription { stream { cursor } }', { ...chunk, type: 'Nobody' }],
    [
      'a list that is none',
      'subscription { stream { prompt { tags } } }',
      { ...chunk, prompt: { ...prompt, tags: 'a' } },
    ],
  ])('%s is left to the executor', (_name, source, event) => {
    expect(compileEvents({ schema, document: parse(source) })?.(event)).toBeUndefined();
  });

  test.each([
    ['no operation', fragments],
    [
      'another operation than those there are',
      'subscription A { stream { cursor } } subscription B { stream { cursor } }',
    ],
    ['two root fields', 'subscription { stream { cursor } other { cursor } }'],
    ['variables of the wrong type', 'subscription ($on: Boolean!) { stream { cursor @skip(if: $on) } }'],
  ])('%s is not compiled', (_name, source) => {
    expect(compileEvents({ schema, document: parse(source) })).toBeUndefined();
  });
});
