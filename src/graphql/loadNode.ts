import DataLoader from 'dataloader';
import type { ApiKey } from '../access/ApiKey.js';
import { requireScope } from '../access/requireScope.js';
import { LlamaHomeError } from '../errors/index.js';
import type { Model } from '../models/Model.js';
import type { Prompt } from '../prompts/Prompt.js';
import type { GraphQLContext } from './context.js';
import { modelPrefix, slugOf } from './modelId.js';

const loaders = new WeakMap<GraphQLContext, DataLoader<string, Prompt | Model | ApiKey | null>>();

async function findPrompt({ services, principal }: GraphQLContext, id: string): Promise<Prompt | null> {
  try {
    return await services.prompts.get(principal, id);
  } catch (error) {
    if (error instanceof LlamaHomeError && error.code === 'prompt_not_found') return null;
    throw error;
  }
}

async function find(context: GraphQLContext, id: string): Promise<Prompt | Model | ApiKey | null> {
  const { services, principal } = context;
  if (id.startsWith('prm_')) {
    requireScope(principal, 'prompts:run');
    return findPrompt(context, id);
  }
  if (id.startsWith(modelPrefix)) {
    requireScope(principal, 'models:read');
    return services.models.find(slugOf(id)) ?? null;
  }
  if (id.startsWith('key_')) {
    requireScope(principal, 'keys:manage');
    return services.access.findApiKey(principal, id);
  }
  return null;
}

/**
 * Looks up a Prompt, Model or ApiKey by its global id, once per request for equal ids; null when there is no such thing.
 * Throws `permission_denied` without the scope that reading its type needs.
 */
export function loadNode(context: GraphQLContext, id: string): Promise<Prompt | Model | ApiKey | null> {
  let loader = loaders.get(context);
  if (loader === undefined) {
    loader = new DataLoader((ids) => Promise.all(ids.map((key) => find(context, key).catch((error: Error) => error))));
    loaders.set(context, loader);
  }
  return loader.load(id);
}
