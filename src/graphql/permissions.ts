import { defaultFieldResolver, type GraphQLFieldResolver, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { allow, deny, rule, shield } from 'graphql-shield';
import { type Principal, type Scope, scopes } from '../access/Principal.js';
import { permissionDenied } from '../access/requireScope.js';
import { LlamaHomeError } from '../errors/index.js';
import type { GraphQLContext } from './context.js';

/** What a root field needs: a scope, or just any valid token. */
export type RootFieldRule = Scope | 'any';

/** The rule of every root field. A field that is not here is denied to everybody. */
export const rootFieldRules: Readonly<
  Record<'Query' | 'Mutation' | 'Subscription', Readonly<Record<string, RootFieldRule>>>
> = {
  Query: {
    viewer: 'any',
    // The type that is found needs its own scope, which its loader checks.
    node: 'any',
    prompt: 'prompts:run',
    prompts: 'prompts:run',
    estimate: 'prompts:run',
    tokenize: 'prompts:run',
    model: 'models:read',
    models: 'models:read',
    config: 'config:read',
    server: 'metrics:read',
  },
  Mutation: {
    process: 'prompts:run',
    batch: 'prompts:run',
    submit: 'prompts:run',
    cancelPrompt: 'prompts:run',
    deletePrompt: 'prompts:run',
    updateConfig: 'config:write',
    installModel: 'models:manage',
    loadModel: 'models:manage',
    unloadModel: 'models:manage',
    removeModel: 'models:manage',
    createToken: 'keys:manage',
    createApiKey: 'keys:manage',
    revokeApiKey: 'keys:manage',
  },
  Subscription: {
    stream: 'prompts:run',
    promptEvents: 'prompts:run',
    modelEvents: 'models:read',
    serverStatus: 'metrics:read',
    configChanged: 'config:read',
  },
};

function ruleOf(type: string, field: string): RootFieldRule | undefined {
  const rules = Object.entries(rootFieldRules).find(([name]) => name === type)?.[1] ?? {};
  return Object.hasOwn(rules, field) ? rules[field] : undefined;
}

/** Whether a Principal may use a root field. */
export function isPermitted(principal: Principal, type: string, field: string): boolean {
  const needed = ruleOf(type, field);
  return needed !== undefined && (needed === 'any' || principal.scopes.has(needed));
}

/** One rule per scope: the shield knows rules by name and refuses two of one. */
const scopeRules = new Map(
  scopes.map((scope) => [
    scope,
    rule(scope)((_parent: unknown, _args: unknown, { principal }: GraphQLContext) =>
      principal.scopes.has(scope) ? true : permissionDenied(scope),
    ),
  ]),
);

function hasScope(scope: Scope) {
  return scopeRules.get(scope) ?? deny;
}

function shieldOf(type: GraphQLObjectType) {
  const rules = Object.keys(type.getFields()).map((field) => {
    const needed = ruleOf(type.name, field);
    return [field, needed === undefined ? deny : needed === 'any' ? allow : hasScope(needed)] as const;
  });
  return { [type.name]: Object.fromEntries(rules) };
}

type Resolver = GraphQLFieldResolver<unknown, GraphQLContext>;
type Middleware = (resolve: Resolver, ...args: Parameters<Resolver>) => Promise<unknown>;

function isMiddleware(value: unknown): value is Middleware {
  return typeof value === 'function';
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** What the shield made for a field: a middleware, or an object that holds it. */
function middlewareOf(generated: unknown, type: string, field: string): Middleware {
  const made = member(member(generated, type), field);
  const middleware = isMiddleware(made) ? made : member(made, 'resolve');
  if (!isMiddleware(middleware)) throw new Error(`the shield made nothing for ${type}.${field}`);
  return middleware;
}

/** The shield answers with an error instead of throwing it, which a `subscribe` function must not do. */
function guarded(resolver: Resolver, middleware: Middleware): Resolver {
  return async (...args) => {
    const result = await middleware(resolver, ...args);
    if (result instanceof Error) throw result;
    return result;
  };
}

/**
 * Puts every root field of a schema behind its rule, and returns that same schema. Fields of other types stay as they are.
 * A subscription's `subscribe` is guarded, so a refused one never starts (graphql-middleware would guard its `resolve` only).
 */
export function protect(schema: GraphQLSchema): GraphQLSchema {
  const subscription = schema.getSubscriptionType();
  const types = [schema.getQueryType(), schema.getMutationType(), subscription].filter((type) => type != null);
  const generated: unknown = shield(Object.assign({}, ...types.map(shieldOf)), {
    // What resolvers throw is theirs: it goes on to where all errors are told.
    allowExternalErrors: true,
    fallbackRule: deny,
    fallbackError: new LlamaHomeError('permission_denied', 'Nobody may use this field.'),
  }).generate(schema);
  for (const type of types) {
    for (const [name, field] of Object.entries(type.getFields())) {
      const middleware = middlewareOf(generated, type.name, name);
      if (type !== subscription) field.resolve = guarded(field.resolve ?? defaultFieldResolver, middleware);
      else if (field.subscribe) field.subscribe = guarded(field.subscribe, middleware);
    }
  }
  return schema;
}
