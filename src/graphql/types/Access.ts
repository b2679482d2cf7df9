import type { ApiKey } from '../../access/ApiKey.js';
import { type Scope, scopes } from '../../access/Principal.js';
import { invalidRequest } from '../../errors/index.js';
import { builder } from '../builder.js';
import { NodeType } from './Node.js';
import { TierType } from './Viewer.js';

const ApiKeyType = builder.objectRef<ApiKey>('ApiKey').implement({
  description: 'An API key as it can be shown; the key itself is not kept.',
  interfaces: [NodeType],
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'prefix' in value,
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Global id, `key_…`.' }),
    name: t.exposeString('name', { description: 'Name for people.' }),
    prefix: t.exposeString('prefix', { description: 'The first characters, to recognise it by.' }),
    userId: t.exposeString('userId', { description: 'Whose key it is.' }),
    tier: t.expose('tier', { type: TierType, description: 'Its allowance.' }),
    scopes: t.exposeStringList('scopes', { description: 'What it may do.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', nullable: true, description: 'When it was last used.' }),
    revokedAt: t.expose('revokedAt', { type: 'DateTime', nullable: true, description: 'When it was revoked.' }),
  }),
});

const ApiKeyPayloadType = builder.objectRef<{ apiKey: ApiKey; key: string | null }>('ApiKeyPayload').implement({
  description: 'Answer of the mutations on API keys.',
  fields: (t) => ({
    apiKey: t.expose('apiKey', { type: ApiKeyType, description: 'The key as it can be shown.' }),
    key: t.exposeString('key', { nullable: true, description: 'The key itself: shown once, when it is made.' }),
  }),
});

const TokenPayloadType = builder.objectRef<{ token: string; expiresAt: Date }>('TokenPayload').implement({
  description: 'Answer of `createToken`.',
  fields: (t) => ({
    token: t.exposeString('token', { description: 'For `Authorization: Bearer …`.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When it runs out.' }),
  }),
});

const TokenInputType = builder.inputType('TokenInput', {
  description:
    'A token to be made. It can never do more than the caller, lasts no longer than the token it is made with, and ends when the API key behind that is revoked.',
  fields: (t) => ({
    userId: t.string({ required: true, description: 'Whose token it is.' }),
    tier: t.field({ type: TierType, description: 'Its allowance.' }),
    scopes: t.stringList({ description: 'What it may do.' }),
    expiresIn: t.int({
      required: true,
      description: 'Seconds that it lasts; less when the token it is made with ends before: see `expiresAt`.',
    }),
  }),
});

const ApiKeyInputType = builder.inputType('ApiKeyInput', {
  description: 'An API key to be made. It can never do more than the caller.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Name for people.' }),
    userId: t.string({ description: 'Whose key it is; the caller when absent.' }),
    tier: t.field({ type: TierType, required: true, description: 'Its allowance.' }),
    scopes: t.stringList({ required: true, description: 'What it may do.' }),
  }),
});

function toScopes(names: readonly string[]): Scope[] {
  return names.map((name) => {
    const scope = scopes.find((known) => known === name);
    if (scope === undefined) {
      throw invalidRequest('scopes', `There is no scope "${name}". Scopes are ${scopes.join(', ')}.`, {
        allowed: scopes,
      });
    }
    return scope;
  });
}

builder.mutationFields((t) => ({
  createToken: t.field({
    type: TokenPayloadType,
    description: 'Makes a token that runs out by itself.',
    args: { input: t.arg({ type: TokenInputType, required: true, description: 'The token to be made.' }) },
    resolve: (_root, { input }, { services, principal }) =>
      services.access.createToken(principal, { ...input, scopes: input.scopes ? toScopes(input.scopes) : null }),
  }),
  createApiKey: t.field({
    type: ApiKeyPayloadType,
    description: 'Makes an API key that lasts until it is revoked itself, whatever becomes of what it was made with.',
    args: { input: t.arg({ type: ApiKeyInputType, required: true, description: 'The key to be made.' }) },
    resolve: (_root, { input }, { services, principal }) =>
      services.access.createApiKey(principal, { ...input, scopes: toScopes(input.scopes) }),
  }),
  revokeApiKey: t.field({
    type: ApiKeyPayloadType,
    description:
      'Ends an API key at once, and with it every token that was made with it, directly or by way of other tokens.',
    args: { id: t.arg.id({ required: true, description: 'The key.' }) },
    resolve: async (_root, { id }, { services, principal }) => ({
      apiKey: await services.access.revokeApiKey(principal, id),
      key: null,
    }),
  }),
}));
