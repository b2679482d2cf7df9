import type { Scope, Tier } from './Principal.js';

/** A stored API key as shown to people; the key itself is never stored. */
export interface ApiKey {
  /** Global id, `key_` and a time-ordered UUID. */
  id: string;
  name: string;
  /** The first characters, to recognise it by. */
  prefix: string;
  userId: string;
  tier: Tier;
  scopes: Scope[];
  createdAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

/** What a new API key is for. */
export interface ApiKeyInput {
  /** 1 to 128 printable characters, to recognise it by. */
  name: string;
  /** Whose allowance it shares; default who makes it. */
  userId?: string | null | undefined;
  tier: Tier;
  scopes: Scope[];
}
