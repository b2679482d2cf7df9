import { buildSchema, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { operationLimits } from '../../../../src/access/limits.js';
import { generatedTokensOf, promptCostOf } from '../../../../src/graphql/execution/promptCost.js';
import { rootFieldsOf } from '../../../../src/graphql/execution/rootFields.js';

const schema = buildSchema(`
  type Query { process(input: PromptInput!): Int, viewer: Int }
  type Mutation { process(input: PromptInput!): Int, submit(input: PromptInput!): Int, batch(input: BatchInput!): Int, cancelPrompt(id: ID!): Int }
  type Subscription { stream(input: PromptInput!): Int, promptEvents(id: ID!): Int }
  input PromptInput { prompt: String, maxTokens: Int }
  input BatchInput { prompts: [PromptInput!]!, maxTokens: Int }
`);

function costs(source: string, variableValues: Record<string, unknown> = {}, operationName?: string) {
  const args = { schema, document: parse(source), variableValues, operationName: operationName ?? null };
  return Object.fromEntries(rootFieldsOf(args).map((field) => [field.key, promptCostOf(field)]));
}

const three = { input: { prompts: [{}, {}, {}] } };

describe('the cost of an operation', () => {
  test.each<[string, Record<string, number>, Record<string, unknown>?, string?]>([
    ['mutation { process(input: {}) }', { process: 1 }],
    ['mutation { submit(input: {}) }', { submit: 1 }],
    ['subscription { stream(input: {}) }', { stream: 1 }],
    ['subscription { promptEvents(id: 1) }', { promptEvents: 0 }],
    ['mutation { cancelPrompt(id: 1) }', { cancelPrompt: 0 }],
    ['{ viewer __typename }', { viewer: 0 }],
    ['{ process(input: {}) }', { process: 0 }],
    ['mutation ($input: BatchInput!) { batch(input: $input) }', { batch: 3 }, three],
    ['mutation ($p: [PromptInput!]!) { batch(input: { prompts: $p }) }', { batch: 2 }, { p: [{}, {}] }],
    ['mutation ($p: [PromptInput!]! = [{}, {}]) { batch(input: { prompts: $p }) }', { batch: 2 }],
    ['mutation { batch(input: { prompts: {} }) }', { batch: 1 }],
    ['mutation { batch(input: { prompts: [] }) }', { batch: 0 }],
    ['mutation { a: process(input: {}) b: process(input: {}) process(input: {}) }', { a: 1, b: 1, process: 1 }],
    ['mutation { process(input: {}) process(input: {}) }', { process: 1 }],
    [
      'mutation ($y: Boolean!) { a: process(input: {}) @skip(if: $y) b: submit(input: {}) @include(if: $y) }',
      { b: 1 },
      { y: true },
    ],
    [
      'mutation { ... on Mutation { process(input: {}) } ...F ...F } fragment F on Mutation { submit(input: {}) }',
      { process: 1, submit: 1 },
    ],
    ['mutation { ...F } fragment F on Mutation { process(input: {}) ...F }', { process: 1 }],
    ['mutation A { process(input: {}) } mutation B { viewer: cancelPrompt(id: 1) }', { viewer: 0 }, {}, 'B'],
    ['mutation A { process(input: {}) } mutation B { cancelPrompt(id: 1) }', {}],
    ['mutation { process(input: { maxTokens: "5" }) }', {}],
    ['mutation ($input: PromptInput!) { process(input: $input) }', {}, { input: { maxTokens: 1.5 } }],
    ['mutation ($input: PromptInput!) { process(input: $input) }', {}],
    ['mutation { __proto__: process(input: {}) }', Object.fromEntries([['__proto__', 1]])],
  ])('%s', (source, expected, variables, name) => {
    expect(costs(source, variables, name)).toEqual(expected);
  });
});

describe('the tokens that it may generate', () => {
  const tokens = (source: string) =>
    rootFieldsOf({ schema, document: parse(source) }).map((field) => generatedTokensOf(field, 100));

  test.each([
    ['mutation { process(input: { maxTokens: 7 }) }', 7],
    ['mutation { process(input: {}) }', 100],
    ['mutation { process(input: { maxTokens: null }) }', 100],
    ['mutation { process(input: { maxTokens: -5 }) }', 0],
    ['mutation { process(input: { maxTokens: 2147483647 }) }', operationLimits.weighedTokens],
    ['mutation { batch(input: { prompts: [{}, { maxTokens: 3 }] }) }', 103],
    ['mutation { batch(input: { prompts: [{}, { maxTokens: 3 }], maxTokens: 10 }) }', 13],
    ['{ viewer }', 0],
  ])('%s: %i', (source, sum) => expect(tokens(source)).toEqual([sum]));
});
