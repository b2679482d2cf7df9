import { buildSchema as buildPlain, graphql, parse, subscribe } from 'graphql';
import { expect, test } from 'vitest';
import { localAdministrator, type Principal, type Scope, scopes } from '../../../src/access/Principal.js';
import { isPermitted, protect, rootFieldRules } from '../../../src/graphql/permissions.js';
import { buildSchema } from '../../../src/graphql/schema.js';

function caller(...granted: Scope[]): Principal {
  return { ...localAdministrator, scopes: new Set(granted) };
}

function rootFields() {
  const schema = buildSchema();
  const types = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return types.flatMap((type) =>
    Object.keys(type?.getFields() ?? {}).map((field) => ({ type: type?.name ?? '', field })),
  );
}

test('every root field of the schema has a rule, and every rule a field', () => {
  const fields = rootFields().map(({ type, field }) => `${type}.${field}`);
  const rules = Object.entries(rootFieldRules).flatMap(([type, rule]) =>
    Object.keys(rule).map((field) => `${type}.${field}`),
  );
  expect(fields.length).toBeGreaterThan(25);
  expect(rules.sort()).toEqual(fields.sort());
});

test.each(rootFields())('$type.$field opens to its own scope and to no other', ({ type, field }) => {
  const permitted = scopes.filter((scope) => isPermitted(caller(scope), type, field));
  const nobody = isPermitted(caller(), type, field);
  if (nobody) expect(['viewer', 'node']).toContain(field);
  else expect(permitted).toHaveLength(1);
  expect(isPermitted(localAdministrator, type, field)).toBe(true);
});

test.each(['toString', '__proto__', 'constructor', 'hasOwnProperty', 'unknown'])(
  'nothing is permitted by the name %s',
  (name) => {
    expect(isPermitted(localAdministrator, 'Query', name)).toBe(false);
    expect(isPermitted(localAdministrator, name, 'viewer')).toBe(false);
  },
);

/** A schema with fields that have a rule, one that has none, and a type below the root. */
function example() {
  const schema = buildPlain(`
    type Query { models: [Model!], secret: String, viewer: Viewer }
    type Model { name: String, secret: String }
    type Viewer { id: ID }
    type Subscription { serverStatus: Int, secret: Int }
  `);
  const calls: string[] = [];
  const query = schema.getQueryType()?.getFields();
  const subscription = schema.getSubscriptionType()?.getFields();
  if (!query?.models || !query.secret || !subscription?.serverStatus || !subscription.secret) throw new Error('fields');
  query.models.resolve = () => {
    calls.push('models');
    return [{ name: 'demo', secret: 'open' }];
  };
  query.secret.resolve = () => calls.push('secret');
  for (const field of [subscription.serverStatus, subscription.secret]) {
    // As Pothos makes them: with both functions.
    field.resolve = (value) => value;
    field.subscribe = async function* () {
      calls.push(field.name);
      yield 1;
    };
  }
  return { schema: protect(schema), calls };
}

test('a field without a rule is denied to everybody, before its resolver runs', async () => {
  const { schema, calls } = example();
  const { data, errors } = await graphql({
    schema,
    source: '{ secret }',
    contextValue: { principal: localAdministrator },
  });
  expect(data).toEqual({ secret: null });
  expect(errors?.[0]?.originalError).toMatchObject({ code: 'permission_denied' });
  expect(calls).toEqual([]);
});

test('a field below the root needs no rule of its own', async () => {
  const { schema } = example();
  const contextValue = { principal: caller('models:read') };
  const { data } = await graphql({ schema, source: '{ models { name secret } viewer { id } }', contextValue });
  expect(data).toEqual({ models: [{ name: 'demo', secret: 'open' }], viewer: null });
});

test('a missing scope is named', async () => {
  const { schema, calls } = example();
  const { errors } = await graphql({
    schema,
    source: '{ models { name } }',
    contextValue: { principal: caller('prompts:run') },
  });
  expect(errors?.[0]?.originalError).toMatchObject({
    code: 'permission_denied',
    details: { required_scope: 'models:read' },
  });
  expect(calls).toEqual([]);
});

test('a refused subscription never starts its generator', async () => {
  const { schema, calls } = example();
  for (const [source, principal] of [
    ['subscription { serverStatus }', caller('prompts:run')],
    ['subscription { secret }', localAdministrator],
  ] as const) {
    const result = await subscribe({ schema, document: parse(source), contextValue: { principal } });
    expect(result).toMatchObject({ errors: [{ originalError: { code: 'permission_denied' } }] });
  }
  expect(calls).toEqual([]);
  const allowed = await subscribe({
    schema,
    document: parse('subscription { serverStatus }'),
    contextValue: { principal: caller('metrics:read') },
  });
  if (!(Symbol.asyncIterator in allowed)) throw new Error('refused');
  expect((await allowed.next()).value).toEqual({ data: { serverStatus: 1 } });
  await allowed.return();
  expect(calls).toEqual(['serverStatus']);
});
