import type { Migration } from 'kysely';
import { prompts } from './001-prompts.js';
import { apiKeys } from './002-api-keys.js';
import { config } from './003-config.js';
import { promptOwnerTier } from './004-prompt-owner-tier.js';
import { promptWarnings } from './005-prompt-warnings.js';
import { promptLogprobs } from './006-prompt-logprobs.js';

/**
 * Every step from an empty database to the tables of this build, in order of their names. A step that was released is
 * never changed: what comes next is a new one.
 */
export const migrations: Record<string, Migration> = {
  '001-prompts': prompts,
  '002-api-keys': apiKeys,
  '003-config': config,
  '004-prompt-owner-tier': promptOwnerTier,
  '005-prompt-warnings': promptWarnings,
  '006-prompt-logprobs': promptLogprobs,
};
