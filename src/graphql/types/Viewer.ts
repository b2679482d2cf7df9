import type { RateLimitState } from '../../access/AccessService.js';
import type { Principal } from '../../access/Principal.js';
import { builder } from '../builder.js';

export const TierType = builder.enumType('Tier', {
  description: 'A named allowance: requests a minute, burst, and prompts at once.',
  values: {
    BASIC: {
      value: 'basic',
      description: '60 requests a minute unless Config says otherwise, burst 10, 5 prompts at once.',
    },
    PRO: { value: 'pro', description: '300 requests a minute, burst 50, 20 prompts at once.' },
    ENTERPRISE: { value: 'enterprise', description: '1000 requests a minute, burst 100, 100 prompts at once.' },
  } as const,
});

const RateLimitType = builder.objectRef<RateLimitState>('RateLimit').implement({
  description: 'The allowance as it stands. A prompt costs 1; reading, following and cancelling cost nothing.',
  fields: (t) => ({
    limit: t.exposeInt('limit', { description: 'Requests a minute.' }),
    burst: t.exposeInt('burst', { description: 'Requests at once.' }),
    remaining: t.exposeInt('remaining', { description: 'Whole requests that may be made right now.' }),
    resetAt: t.expose('resetAt', { type: 'DateTime', description: 'When the full burst is there again.' }),
  }),
});

const ViewerType = builder.objectRef<Principal>('Viewer').implement({
  description: 'Who is calling.',
  fields: (t) => ({
    id: t.exposeID('userId', { description: 'The user id: all its tokens and keys share one allowance.' }),
    tier: t.expose('tier', { type: TierType, description: 'The allowance by name.' }),
    scopes: t.stringList({ description: 'What the caller may do.', resolve: (principal) => [...principal.scopes] }),
    rateLimit: t.field({
      type: RateLimitType,
      description: 'The allowance as it stands.',
      resolve: (principal, _args, { services }) => services.access.rateLimit(principal),
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerType,
    description: 'Who is calling, and what that allows.',
    resolve: (_root, _args, { principal }) => principal,
  }),
);
