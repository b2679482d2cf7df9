import { requireScope } from '../../access/requireScope.js';
import type { Model, ModelCapability, ModelEvent } from '../../models/Model.js';
import { roundFigure } from '../../telemetry/roundFigure.js';
import { builder } from '../builder.js';
import type { GraphQLContext } from '../context.js';
import { abortable } from '../execution/abortable.js';
import { modelPrefix, slugOf } from '../modelId.js';
import { NodeType } from './Node.js';

const capabilities = {
  TEXT_GENERATION: { value: 'text-generation', description: 'Continues or answers a text.' },
  CHAT: { value: 'chat', description: 'Follows a conversation with roles.' },
  SUMMARIZATION: { value: 'summarization', description: 'Shortens a text.' },
  TRANSLATION: { value: 'translation', description: 'Carries a text into another language.' },
  CODE: { value: 'code', description: 'Writes program code.' },
  EMBEDDING: { value: 'embedding', description: 'Turns a text into a vector.' },
} as const satisfies Record<string, { value: ModelCapability; description: string }>;

const ModelCapabilityType = builder.enumType('ModelCapability', {
  description: 'What a Model is made for.',
  values: capabilities,
});

const ModelStateType = builder.enumType('ModelState', {
  description: 'Where a Model stands on this server.',
  values: {
    AVAILABLE: { description: 'In the catalogue, not on this machine.' },
    DOWNLOADING: { description: 'On its way to this machine.' },
    INSTALLED: { description: 'On this machine, not in memory.' },
    LOADING: { description: 'On its way into memory.' },
    READY: { description: 'In memory, ready for prompts.' },
    FAILED: { description: 'Could not be fetched or loaded; `failure` says why.' },
  } as const,
});

const ModelPerformanceType = builder.objectRef<Model>('ModelPerformance').implement({
  description: 'What a Model does and needs on this server.',
  fields: (t) => ({
    tokensPerSecond: t.float({
      resolve: ({ tokensPerSecond }) => roundFigure(tokensPerSecond),
      nullable: true,
      description: 'Tokens generated per second for one prompt, measured here; null until it was.',
    }),
    memoryRequired: t.expose('memoryRequired', {
      type: 'Bytes',
      nullable: true,
      description: 'Memory that it takes when loaded: measured, else estimated.',
    }),
  }),
});

export const ModelType = builder.objectRef<Model>('Model').implement({
  description: 'An entry of the catalogue: available, installed or loaded.',
  interfaces: [NodeType],
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'contextLength' in value,
  fields: (t) => ({
    id: t.id({ description: 'Global id, `mdl_` and the slug.', resolve: (model) => modelPrefix + model.id }),
    slug: t.exposeString('id', { description: 'Id in the catalogue, as used for `model` in inputs.' }),
    name: t.exposeString('name', { description: 'Name for people.' }),
    version: t.exposeString('version', { description: 'Version of the weights.' }),
    parameters: t.exposeString('parameters', { description: 'Number of parameters as people say it, like `135M`.' }),
    contextLength: t.exposeInt('contextLength', { description: 'Tokens of prompt and completion that fit at most.' }),
    capabilities: t.field({
      type: [ModelCapabilityType],
      description: 'What it is made for.',
      resolve: (model) => model.capabilities,
    }),
    licence: t.exposeString('licence', { nullable: true, description: 'Licence of the weights, where known.' }),
    state: t.expose('state', { type: ModelStateType, description: 'Where it stands on this server.' }),
    failure: t.exposeString('failure', { nullable: true, description: 'Why `state` is FAILED.' }),
    performance: t.field({
      type: ModelPerformanceType,
      nullable: true,
      description: 'What it does and needs on this server.',
      resolve: (model) => model,
    }),
    sizeBytes: t.expose('sizeBytes', { type: 'Bytes', description: 'Size of its file.' }),
    aliases: t.exposeStringList('aliases', { description: 'Other names that mean this Model.' }),
    isDefault: t.boolean({
      description: 'Whether prompts run on it that name no Model.',
      resolve: ({ id }, _args, { services: { config, models } }) =>
        models.find(config.current.modelSettings.defaultModel)?.id === id,
    }),
    chatTemplate: t.string({
      nullable: true,
      description: 'Chat template of its file (Jinja); null when it has none or is not installed.',
      resolve: ({ id }, _args, { services }) => services.models.chatTemplate(id),
    }),
    idleSince: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'Since when it has been in memory and has served nothing; null while it works, or is not loaded. Needs the scope `metrics:read`, for it tells when others were here.',
      resolve: ({ idleSince }, _args, { principal }) => {
        requireScope(principal, 'metrics:read');
        return idleSince;
      },
    }),
  }),
});

const ModelPayloadType = builder.objectRef<{ model: Model }>('ModelPayload').implement({
  description: 'Answer of the mutations on models.',
  fields: (t) => ({
    model: t.expose('model', { type: ModelType, description: 'The Model after the change.' }),
  }),
});

const ModelEventType = builder.objectRef<ModelEvent>('ModelEvent').implement({
  description: 'A step of a download or of loading.',
  fields: (t) => ({
    model: t.expose('model', { type: ModelType, description: 'The Model it is about.' }),
    state: t.expose('state', { type: ModelStateType, description: 'Where it stands.' }),
    downloadedBytes: t.expose('downloadedBytes', { type: 'Bytes', nullable: true, description: 'Fetched so far.' }),
    totalBytes: t.expose('totalBytes', { type: 'Bytes', nullable: true, description: 'To be fetched in all.' }),
    progress: t.exposeFloat('progress', { nullable: true, description: '0 to 1, of the download or the loading.' }),
  }),
});

builder.queryFields((t) => ({
  model: t.field({
    type: ModelType,
    nullable: true,
    description:
      'A Model by catalogue id, alias or global id; null, with an error that names near ids, when there is none.',
    args: { id: t.arg.string({ required: true, description: 'Catalogue id, alias or global id.' }) },
    resolve: (_root, { id }, { services }) => services.models.resolve(slugOf(id)),
  }),
  models: t.field({
    type: [ModelType],
    description: 'The Models that this server knows.',
    args: { state: t.arg({ type: ModelStateType, description: 'Only those in this state.' }) },
    resolve: (_root, { state }, { services }) => services.models.list({ state: state ?? null }),
  }),
}));

const changes = {
  installModel: {
    description: 'Starts the download and returns at once; `modelEvents` tells its progress.',
    run: ({ services }: GraphQLContext, id: string) => services.models.install(id),
  },
  loadModel: {
    description: 'Loads a Model into memory, waiting until it is READY.',
    run: ({ services }: GraphQLContext, id: string) => services.models.load(id),
  },
  unloadModel: {
    description: 'Frees the memory of a Model; its file stays.',
    run: ({ services }: GraphQLContext, id: string) => services.models.unload(id),
  },
  removeModel: {
    description: 'Unloads a Model and deletes its file.',
    run: ({ services }: GraphQLContext, id: string) => services.models.remove(id),
  },
};

for (const [name, { description, run }] of Object.entries(changes)) {
  builder.mutationField(name, (t) =>
    t.field({
      type: ModelPayloadType,
      description,
      args: { id: t.arg.string({ required: true, description: 'Catalogue id, alias or global id.' }) },
      resolve: async (_root, { id }, context) => ({ model: await run(context, slugOf(id)) }),
    }),
  );
}

builder.subscriptionField('modelEvents', (t) =>
  t.field({
    type: ModelEventType,
    description: 'Progress of downloads and loading, of one Model (beginning with its present state) or of all.',
    args: { id: t.arg.string({ description: 'Catalogue id, alias or global id; all Models when absent.' }) },
    subscribe: (_root, { id }, { services, signal }) =>
      abortable(services.models.events(id == null ? null : slugOf(id)), { signal }),
    resolve: (event) => event,
  }),
);
