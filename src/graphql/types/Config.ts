import type { Config } from '../../config/Config.js';
import { builder } from '../builder.js';
import { abortable } from '../execution/abortable.js';

const ModelSettingsType = builder.objectRef<Config['modelSettings']>('ModelSettings').implement({
  description: 'What prompts get when they do not say.',
  fields: (t) => ({
    defaultModel: t.exposeString('defaultModel', { description: 'Catalogue id or alias.' }),
    maxTokens: t.exposeInt('maxTokens', { description: 'Tokens generated at most.' }),
    temperature: t.exposeFloat('temperature', { description: '0 (always the likeliest token) to 2.' }),
  }),
});

const SystemSettingsType = builder.objectRef<Config['systemSettings']>('SystemSettings').implement({
  description: 'Limits of the server.',
  fields: (t) => ({
    cacheSize: t.exposeString('cacheSize', {
      description: 'Memory that loaded models may take together, like `10GB`.',
    }),
    maxRequestsPerMinute: t.exposeInt('maxRequestsPerMinute', { description: 'Rate of the basic tier.' }),
    retentionDays: t.exposeInt('retentionDays', { description: 'Days that a finished Prompt is kept.' }),
    retentionCount: t.exposeInt('retentionCount', { description: 'Prompts that are kept, the newest ones.' }),
    idleUnloadMinutes: t.exposeInt('idleUnloadMinutes', {
      description: 'After so long without a Prompt a Model is unloaded; 0 is never.',
    }),
    publicSystemTexts: t.stringList({
      description:
        'System texts whose evaluated states all users share, for speed; everything else is reused for its own user only.',
      resolve: ({ publicSystemTexts }) => [...publicSystemTexts],
    }),
  }),
});

const ConfigType = builder.objectRef<Config>('Config').implement({
  description: 'The settings that can change while the server runs.',
  fields: (t) => ({
    modelSettings: t.expose('modelSettings', { type: ModelSettingsType, description: 'What prompts get by default.' }),
    systemSettings: t.expose('systemSettings', { type: SystemSettingsType, description: 'Limits of the server.' }),
  }),
});

const UpdateConfigPayloadType = builder.objectRef<{ config: Config }>('UpdateConfigPayload').implement({
  description: 'Answer of `updateConfig`.',
  fields: (t) => ({
    config: t.expose('config', { type: ConfigType, description: 'The whole Config after the change.' }),
  }),
});

const ModelSettingsInputType = builder.inputType('ModelSettingsInput', {
  description: 'What prompts get when they do not say; what is left out stays.',
  fields: (t) => ({
    defaultModel: t.string({ description: 'Catalogue id or alias.' }),
    maxTokens: t.int({ description: 'Tokens generated at most.' }),
    temperature: t.float({ description: '0 (always the likeliest token) to 2.' }),
  }),
});

const SystemSettingsInputType = builder.inputType('SystemSettingsInput', {
  description: 'Limits of the server; what is left out stays.',
  fields: (t) => ({
    cacheSize: t.string({ description: 'Memory that loaded models may take together, like `10GB`.' }),
    maxRequestsPerMinute: t.int({ description: 'Rate of the basic tier.' }),
    retentionDays: t.int({ description: 'Days that a finished Prompt is kept.' }),
    retentionCount: t.int({ description: 'Prompts that are kept, the newest ones.' }),
    idleUnloadMinutes: t.int({ description: 'After so long without a Prompt a Model is unloaded; 0 is never.' }),
    publicSystemTexts: t.stringList({
      description: 'All system texts whose evaluated states users may share; the list replaces the one before.',
    }),
  }),
});

const ConfigInputType = builder.inputType('ConfigInput', {
  description: 'Settings to change; what is left out stays. One bad value, and nothing changes.',
  fields: (t) => ({
    modelSettings: t.field({ type: ModelSettingsInputType, description: 'What prompts get by default.' }),
    systemSettings: t.field({ type: SystemSettingsInputType, description: 'Limits of the server.' }),
  }),
});

/** A field that is null is a field left out. */
function given<T extends object>(fields: T | null | undefined): { [Key in keyof T]?: NonNullable<T[Key]> } {
  const entries = Object.entries(fields ?? {}).filter(([, value]) => value != null);
  return Object.fromEntries(entries) as { [Key in keyof T]?: NonNullable<T[Key]> };
}

builder.queryField('config', (t) =>
  t.field({
    type: ConfigType,
    description: 'The settings as they are.',
    resolve: (_root, _args, { services }) => services.config.current,
  }),
);

builder.mutationField('updateConfig', (t) =>
  t.field({
    type: UpdateConfigPayloadType,
    description: 'Changes settings at once, without a restart.',
    args: { input: t.arg({ type: ConfigInputType, required: true, description: 'Settings to change.' }) },
    resolve: async (_root, { input }, { services, principal }) => ({
      config: await services.config.update(principal, {
        modelSettings: given(input.modelSettings),
        systemSettings: given(input.systemSettings),
      }),
    }),
  }),
);

builder.subscriptionField('configChanged', (t) =>
  t.field({
    type: ConfigType,
    description: 'The whole Config after each change.',
    subscribe: (_root, _args, { services, signal }) => abortable(services.config.changes(), { signal }),
    resolve: (config) => config,
  }),
);
