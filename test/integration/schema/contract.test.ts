import {
  type GraphQLSchema,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  buildSchema as parseSchema,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { buildSchema } from '../../../src/graphql/schema.js';

/** What clients count on: every field, argument, default and null of it must be there; more may be. */
const contract = parseSchema(`
  interface Node { id: ID! }
  scalar DateTime
  scalar JSON
  scalar Bytes
  type Query {
    node(id: ID!): Node
    viewer: Viewer!
    prompt(id: ID!): Prompt
    prompts(first: Int = 20, after: String, status: PromptStatus): PromptConnection!
    model(id: String!): Model
    models(state: ModelState): [Model!]!
    config: Config!
    server: Server!
    estimate(input: PromptInput!): Estimate!
    tokenize(input: TokenizeInput!): TokenizePayload!
  }
  type Mutation {
    process(input: PromptInput!): ProcessPayload!
    batch(input: BatchInput!): BatchPayload!
    submit(input: PromptInput!): ProcessPayload!
    cancelPrompt(id: ID!): ProcessPayload!
    deletePrompt(id: ID!): DeletePayload!
    updateConfig(input: ConfigInput!): UpdateConfigPayload!
    installModel(id: String!): ModelPayload!
    loadModel(id: String!): ModelPayload!
    unloadModel(id: String!): ModelPayload!
    removeModel(id: String!): ModelPayload!
    createToken(input: TokenInput!): TokenPayload!
    createApiKey(input: ApiKeyInput!): ApiKeyPayload!
    revokeApiKey(id: ID!): ApiKeyPayload!
  }
  type Subscription {
    stream(input: PromptInput!): PromptEvent!
    promptEvents(id: ID!, after: String): PromptEvent!
    modelEvents(id: String): ModelEvent!
    serverStatus(everyMs: Int = 1000): Server!
    configChanged: Config!
  }
  input PromptInput {
    prompt: String, messages: [MessageInput!], system: String, model: String, maxTokens: Int, temperature: Float,
    topP: Float, topK: Int, minP: Float, seed: Int, stop: [String!], repeatPenalty: Float, deadlineMs: Int,
    priority: Priority, idempotencyKey: String, presencePenalty: Float, frequencyPenalty: Float,
    logitBias: [LogitBiasInput!], responseFormat: ResponseFormatInput, logprobs: Int
  }
  input ResponseFormatInput @oneOf {
    json: Boolean, jsonSchema: JSON, grammar: String, regex: String, choices: [String!]
  }
  input TokenizeInput { text: String!, model: String, special: Boolean = false }
  type TokenizePayload { tokens: [Int!]!, count: Int! }
  type TokenLogprob { token: Int!, text: String!, logprob: Float!, top: [TokenLogprob!]! }
  input LogitBiasInput { token: Int!, bias: Float! }
  input MessageInput { role: Role!, content: String! }
  input BatchInput {
    prompts: [PromptInput!]!, model: String, maxTokens: Int, temperature: Float, batchSize: Int, idempotencyKey: String
  }
  type Prompt implements Node {
    id: ID!, status: PromptStatus!, input: String!, text: String!, modelId: String!, model: Model, usage: Usage,
    timings: Timings, finishReason: FinishReason, error: PromptError, attempt: Int!, queuePosition: Int,
    createdAt: DateTime!, finishedAt: DateTime, json: JSON, logprobs: [TokenLogprob!]
  }
  type Usage { promptTokens: Int!, cachedTokens: Int!, completionTokens: Int!, totalTokens: Int! }
  type Timings { queueMs: Float, timeToFirstTokenMs: Float, decodeMs: Float, tokensPerSecond: Float }
  type PromptError { code: String!, message: String!, details: JSON }
  enum PromptStatus { QUEUED RUNNING COMPLETED FAILED CANCELLED }
  enum FinishReason { STOP LENGTH CANCELLED ERROR }
  enum Priority { LOW NORMAL HIGH }
  enum Role { SYSTEM USER ASSISTANT }
  interface PromptEvent { cursor: String!, prompt: Prompt! }
  type PromptStarted implements PromptEvent { cursor: String!, prompt: Prompt!, attempt: Int! }
  type PromptChunk implements PromptEvent { cursor: String!, prompt: Prompt!, index: Int!, text: String! }
  type PromptCompleted implements PromptEvent { cursor: String!, prompt: Prompt! }
  type PromptFailed implements PromptEvent { cursor: String!, prompt: Prompt!, error: PromptError! }
  type PromptConnection { edges: [PromptEdge!]!, pageInfo: PageInfo! }
  type PromptEdge { node: Prompt!, cursor: String! }
  type PageInfo { hasNextPage: Boolean!, hasPreviousPage: Boolean!, startCursor: String, endCursor: String }
  type ProcessPayload { prompt: Prompt! }
  type BatchPayload { prompts: [Prompt!]!, usage: Usage! }
  type DeletePayload { id: ID! }
  type Model implements Node {
    id: ID!, slug: String!, name: String!, version: String!, parameters: String!, contextLength: Int!,
    capabilities: [ModelCapability!]!, state: ModelState!, performance: ModelPerformance, sizeBytes: Bytes!,
    aliases: [String!]!
  }
  type ModelPerformance { tokensPerSecond: Float, memoryRequired: Bytes }
  enum ModelState { AVAILABLE DOWNLOADING INSTALLED LOADING READY FAILED }
  enum ModelCapability { TEXT_GENERATION CHAT SUMMARIZATION TRANSLATION CODE EMBEDDING }
  type ModelPayload { model: Model! }
  type ModelEvent { model: Model!, state: ModelState!, downloadedBytes: Bytes, totalBytes: Bytes, progress: Float }
  type Config { modelSettings: ModelSettings!, systemSettings: SystemSettings! }
  type ModelSettings { defaultModel: String!, maxTokens: Int!, temperature: Float! }
  type SystemSettings { cacheSize: String!, maxRequestsPerMinute: Int! }
  input ConfigInput { modelSettings: ModelSettingsInput, systemSettings: SystemSettingsInput }
  input ModelSettingsInput { defaultModel: String, maxTokens: Int, temperature: Float }
  input SystemSettingsInput { cacheSize: String, maxRequestsPerMinute: Int }
  type UpdateConfigPayload { config: Config! }
  type Viewer { id: ID!, tier: Tier!, scopes: [String!]!, rateLimit: RateLimit! }
  type RateLimit { limit: Int!, burst: Int!, remaining: Int!, resetAt: DateTime! }
  enum Tier { BASIC PRO ENTERPRISE }
  type Server {
    version: String!, uptimeMs: Float!, defaultModel: Model, slots: Slots!, queue: Queue!, tokensPerSecond: Float,
    resources: Resources!
  }
  type Slots { total: Int!, busy: Int! }
  type Queue { waiting: Int!, limit: Int! }
  type Resources { cpuPercent: Float!, memoryBytes: Bytes!, gpuMemoryBytes: Bytes!, eventLoopDelayMs: Float! }
  type Estimate {
    promptTokens: Int!, cachedTokens: Int!, contextLength: Int!, fits: Boolean!, expectedQueueMs: Float,
    expectedFirstTokenMs: Float
  }
  type ApiKey implements Node {
    id: ID!, name: String!, prefix: String!, userId: String!, tier: Tier!, scopes: [String!]!, createdAt: DateTime!,
    lastUsedAt: DateTime, revokedAt: DateTime
  }
  type ApiKeyPayload { apiKey: ApiKey!, key: String }
  type TokenPayload { token: String!, expiresAt: DateTime! }
  input ApiKeyInput { name: String!, userId: String, tier: Tier!, scopes: [String!]! }
  input TokenInput { userId: String!, tier: Tier, scopes: [String!], expiresIn: Int! }
`);

function signatures(schema: GraphQLSchema): Set<string> {
  const lines = new Set<string>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const { name } of type.getInterfaces()) lines.add(`${type.name} implements ${name}`);
      for (const field of Object.values(type.getFields())) {
        const args = field.args
          .map((arg) => `${arg.name}: ${arg.type} = ${String(arg.defaultValue)}`)
          .sort()
          .join(', ');
        lines.add(`${type.name}.${field.name}(${args}): ${field.type}`);
      }
    } else if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) lines.add(`${type.name}.${field.name}: ${field.type}`);
    } else {
      lines.add(
        `${type.name} ${
          'getValues' in type
            ? type
                .getValues()
                .map(({ name }) => name)
                .sort()
                .join(' ')
            : ''
        }`,
      );
    }
  }
  return lines;
}

describe('the schema', () => {
  const schema = buildSchema();

  it('has everything that the contract promises', () => {
    const there = signatures(schema);
    expect([...signatures(contract)].filter((signature) => !there.has(signature))).toEqual([]);
  });

  it('has no root field beside the contract', () => {
    for (const kind of ['getQueryType', 'getMutationType', 'getSubscriptionType'] as const) {
      expect(Object.keys(schema[kind]()?.getFields() ?? {}).sort()).toEqual(
        Object.keys(contract[kind]()?.getFields() ?? {}).sort(),
      );
    }
  });

  it('describes every type, field and argument', () => {
    const silent: string[] = [];
    for (const type of Object.values(schema.getTypeMap())) {
      if (type.name.startsWith('__') || ['String', 'Int', 'Float', 'Boolean', 'ID'].includes(type.name)) continue;
      if (!type.description) silent.push(type.name);
      if (!('getFields' in type)) continue;
      for (const field of Object.values(type.getFields())) {
        if (!field.description) silent.push(`${type.name}.${field.name}`);
        const args: readonly { name: string; description?: string | null | undefined }[] =
          'args' in field ? field.args : [];
        for (const arg of args) if (!arg.description) silent.push(`${type.name}.${field.name}(${arg.name})`);
      }
    }
    expect(silent).toEqual([]);
  });
});
