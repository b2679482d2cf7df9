import { Command, InvalidArgumentError, Option } from 'commander';
import { checkScopes, checkTier } from '../access/grantInput.js';
import { loadSecret } from '../access/secret.js';
import { defaultScopes, TokenGenerator } from '../access/TokenGenerator.js';
import { loadEnvironment } from '../config/environment.js';
import { openHome } from '../storage/home.js';

interface TokenOptions {
  user: string;
  tier: string;
  scope: string[];
  expiresIn: number;
  json?: boolean;
}

function seconds(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Write a whole number of seconds.');
  return Number(text);
}

/** `llamahome token --user ID [--tier basic] [--scope …] [--expires-in 3600] [--json]` */
export function tokenCommand(): Command {
  return new Command('token')
    .description(
      'make a token for a user, signed with the secret of the home folder; a running server accepts it at once',
    )
    .requiredOption('--user <id>', 'whose token it is')
    .option('--tier <tier>', 'basic, pro or enterprise', 'basic')
    .addOption(new Option('--scope <scopes...>', 'what it may do').default([...defaultScopes], defaultScopes.join(' ')))
    .option('--expires-in <seconds>', 'how long it lasts, at most a year', seconds, 3600)
    .option('--json', 'as JSON')
    .action(async ({ user, tier, scope, expiresIn, json }: TokenOptions) => {
      const environment = loadEnvironment(process.env);
      await openHome(environment.home);
      const generator = new TokenGenerator({ secretKey: await loadSecret(environment) });
      const claims = { userId: user, expiresIn, tier: checkTier(tier), scopes: checkScopes(scope) };
      const { token, expiresAt } = await generator.issue(claims);
      const told = { token, user_id: user, tier, scopes: claims.scopes, expires_at: expiresAt };
      process.stdout.write(json ? `${JSON.stringify(told, undefined, 2)}\n` : `${token}\n`);
    });
}
