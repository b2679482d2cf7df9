import type { GraphQLSchema } from 'graphql';
import { builder } from './builder.js';
import { protect } from './permissions.js';
import './types/scalars.js';
import './types/Access.js';
import './types/Config.js';
import './types/Estimate.js';
import './types/Model.js';
import './types/Node.js';
import './types/Prompt.js';
import './types/PromptConnection.js';
import './types/PromptEvent.js';
import './types/PromptInput.js';
import './types/PromptOperations.js';
import './types/Server.js';
import './types/Tokenize.js';
import './types/Viewer.js';

let schema: GraphQLSchema | undefined;

/** The executable schema, every root field behind its permission rule. Built once. */
export function buildSchema(): GraphQLSchema {
  schema ??= protect(builder.toSchema());
  return schema;
}
