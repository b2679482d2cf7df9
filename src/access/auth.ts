/** What `llamahome/auth` offers: making and checking tokens with a server's secret. */
export { type Principal, type Scope, scopes, type Tier, tiers } from './Principal.js';
export { type TokenClaims, TokenGenerator } from './TokenGenerator.js';
export { TokenValidator } from './TokenValidator.js';
