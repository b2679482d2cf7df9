import { type DocumentNode, parse } from 'graphql';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { documentText, isRepeatable } from '../../../src/client/graphql.js';
import { LlamaClient, type TypedDocument } from '../../../src/client/index.js';
import { processPrompt, readConfig } from '../../support/documents.js';
import type { ProcessMutation } from '../../support/generated/graphql.js';

describe('documents', () => {
  test('of every kind are sent as text', () => {
    expect(documentText('{ config { __typename } }')).toBe('{ config { __typename } }');
    expect(documentText(parse('{config{__typename}}'))).toBe('{\n  config {\n    __typename\n  }\n}');
    expect(documentText(readConfig)).toContain('config {');
  });

  test('type their results and variables', () => {
    const client = new LlamaClient();
    // Only their types are asked for.
    const calls = {
      typed: () => client.graphql(processPrompt, { input: { prompt: 'hi' } }),
      withoutVariables: () => client.graphql(readConfig),
      // @ts-expect-error the operation needs variables
      missing: () => client.graphql(processPrompt),
      // @ts-expect-error a prompt is text
      wrong: () => client.graphql(processPrompt, { input: { prompt: 1 } }),
      node: (document: DocumentNode & TypedDocument<{ a: number }, { b: string }>) =>
        client.graphql(document, { b: '' }),
      plain: () => client.graphql('{ viewer { id } }'),
      named: () => client.graphql<{ viewer: { id: string } }>('{ viewer { id } }'),
      subscribed: (document: TypedDocument<{ c: boolean }, Record<string, never>>) => client.subscribe(document),
    };
    expectTypeOf(calls.typed).returns.resolves.toEqualTypeOf<ProcessMutation>();
    expectTypeOf(calls.node).returns.resolves.toEqualTypeOf<{ a: number }>();
    expectTypeOf(calls.plain).returns.resolves.toBeUnknown();
    expectTypeOf(calls.named).returns.resolves.toEqualTypeOf<{ viewer: { id: string } }>();
    expectTypeOf(calls.subscribed).returns.toEqualTypeOf<AsyncGenerator<{ c: boolean }, void, void>>();
  });

  test.each([
    ['query { a }', {}, true],
    ['{ a }', undefined, true],
    ['# a mutation\nquery mutationLike { mutations permutation }', {}, true],
    ['mutation { a }', {}, false],
    ['fragment F on Prompt { id } mutation M { a }', {}, false],
    ['fragment F on Prompt { id }mutation M { a }', {}, false],
    ['mutation M($input: X!) { a(input: $input) }', { input: { prompt: 'x' } }, false],
    ['mutation M($input: X!) { a(input: $input) }', { input: { prompt: 'x', idempotencyKey: 'k' } }, true],
  ])('%s with %j may be repeated: %s', (text, variables, expected) => {
    expect(isRepeatable(text, variables)).toBe(expected);
  });
});
