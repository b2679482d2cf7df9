import type { ApiKey } from '../../access/ApiKey.js';
import type { Model } from '../../models/Model.js';
import type { Prompt } from '../../prompts/Prompt.js';
import { builder } from '../builder.js';
import { loadNode } from '../loadNode.js';

export type NodeValue = Prompt | Model | ApiKey;

function typeNameOf(value: NodeValue): 'Prompt' | 'Model' | 'ApiKey' {
  if ('ownerId' in value) return 'Prompt';
  return 'contextLength' in value ? 'Model' : 'ApiKey';
}

export const NodeType = builder.interfaceRef<NodeValue>('Node').implement({
  description: 'Anything with a global id: a Prompt (`prm_…`), a Model (`mdl_…`) or an ApiKey (`key_…`).',
  resolveType: typeNameOf,
  fields: (t) => ({
    id: t.id({
      description: 'Unique on this server, whatever the type.',
      resolve: (value) => value.id,
    }),
  }),
});

builder.queryField('node', (t) =>
  t.field({
    type: NodeType,
    nullable: true,
    description: 'Looks up anything by its global id; null when there is no such thing, or it is not yours.',
    args: { id: t.arg.id({ required: true, description: 'A global id.' }) },
    resolve: (_root, { id }, context) => loadNode(context, id),
  }),
);
