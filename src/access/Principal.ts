/** Every scope of the contract, in the order they are shown. */
export const scopes = [
  'prompts:run',
  'prompts:all',
  'models:read',
  'models:manage',
  'config:read',
  'config:write',
  'keys:manage',
  'metrics:read',
] as const;
/** What a token or key allows. */
export type Scope = (typeof scopes)[number];

/** Every tier, the least allowance first. */
export const tiers = ['basic', 'pro', 'enterprise'] as const;
/** A named allowance: requests per minute, burst, and prompts at once. */
export type Tier = (typeof tiers)[number];

/** Who is calling. All tokens and keys of one user id share one allowance. */
export interface Principal {
  readonly userId: string;
  readonly tier: Tier;
  readonly scopes: ReadonlySet<Scope>;
  /** How it was proven: a JWT, an API key, or `local` when authentication is off. */
  readonly via: 'token' | 'key' | 'local';
  /** Database id of the API key: its own when `via` is `key`; of a token, the one that it was made with, directly or by way of other tokens. */
  readonly keyId?: string;
  /** When the token runs out; a socket opened with it is closed then. */
  readonly expiresAt?: Date;
}

/** The caller when `LLAMAHOME_AUTH=off`: everything is allowed. */
export const localAdministrator: Principal = {
  userId: 'local',
  tier: 'enterprise',
  scopes: new Set(scopes),
  via: 'local',
};
