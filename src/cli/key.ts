import { Command, Option } from 'commander';
import { AccessService } from '../access/AccessService.js';
import type { ApiKey } from '../access/ApiKey.js';
import { checkScopes, checkTier } from '../access/grantInput.js';
import { localAdministrator } from '../access/Principal.js';
import { loadSecret } from '../access/secret.js';
import { defaultScopes } from '../access/TokenGenerator.js';
import { initialConfig } from '../config/Config.js';
import { loadEnvironment } from '../config/environment.js';
import { openStorage } from '../server/openStorage.js';
import { openHome } from '../storage/home.js';
import { createLogger } from '../telemetry/logger.js';
import { printJson } from './table.js';

/** Opens what a running server uses too, for as long as `work` takes. Who can open the home folder is its administrator. */
async function withAccess(work: (access: AccessService) => Promise<void>): Promise<void> {
  const environment = loadEnvironment(process.env);
  const logger = createLogger(environment.log);
  await openHome(environment.home);
  const storage = await openStorage({ database: environment.database, home: environment.home, logger });
  try {
    const secret = await loadSecret(environment);
    // Nothing is rate-limited here, so Config does not matter.
    const config = { current: initialConfig };
    await work(new AccessService({ authentication: environment.auth, secret, keys: storage.apiKeys, config, logger }));
  } finally {
    await storage.close();
  }
}

function told({ id, name, prefix, userId, tier, scopes, createdAt, lastUsedAt, revokedAt }: ApiKey) {
  return {
    id,
    name,
    prefix,
    user_id: userId,
    tier,
    scopes,
    created_at: createdAt,
    last_used_at: lastUsedAt,
    revoked_at: revokedAt,
  };
}

function lineOf({ id, prefix, userId, tier, name, lastUsedAt, revokedAt }: ApiKey): string {
  const state =
    revokedAt === null ? (lastUsedAt === null ? 'never used' : `used ${lastUsedAt.toISOString()}`) : 'revoked';
  return `${id}  ${prefix}…  ${userId}  ${tier}  ${state}  ${name}\n`;
}

interface CreateOptions {
  name: string;
  user: string;
  tier: string;
  scope: string[];
  admin?: boolean;
  json?: boolean;
}

function createCommand(): Command {
  return new Command('create')
    .description('make an API key; it is shown this once')
    .option('--user <id>', 'whose key it is', 'admin')
    .option('--name <name>', 'a name for people', 'API key')
    .option('--tier <tier>', 'basic, pro or enterprise', 'basic')
    .addOption(new Option('--scope <scopes...>', 'what it may do').default([...defaultScopes], defaultScopes.join(' ')))
    .addOption(
      new Option('--admin', 'all scopes and the enterprise tier, as the key of the first start').conflicts([
        'scope',
        'tier',
      ]),
    )
    .option('--json', 'as JSON')
    .action(async ({ name, user, tier, scope, admin, json }: CreateOptions) =>
      withAccess(async (access) => {
        const grant = admin
          ? { tier: localAdministrator.tier, scopes: [...localAdministrator.scopes] }
          : { tier: checkTier(tier), scopes: checkScopes(scope) };
        const input = { name, userId: user, ...grant };
        const { apiKey, key } = await access.createApiKey(localAdministrator, input);
        if (json) return printJson({ key, ...told(apiKey) });
        process.stderr.write(`Made ${apiKey.id} for ${apiKey.userId}. The key is shown only now:\n`);
        process.stdout.write(`${key}\n`);
      }),
    );
}

function listCommand(): Command {
  return new Command('list')
    .description('list the API keys, revoked ones too')
    .option('--user <id>', 'of this user only')
    .option('--json', 'as JSON')
    .action(async ({ user, json }: { user?: string; json?: boolean }) =>
      withAccess(async (access) => {
        const keys = await access.listApiKeys(localAdministrator, user === undefined ? {} : { userId: user });
        if (json) return printJson({ keys: keys.map(told) });
        process.stdout.write(keys.map(lineOf).join(''));
      }),
    );
}

function revokeCommand(): Command {
  return new Command('revoke')
    .description('end an API key at once')
    .argument('<id>', 'its id, as `key list` shows it')
    .option('--json', 'as JSON')
    .action(async (id: string, { json }: { json?: boolean }) =>
      withAccess(async (access) => {
        const apiKey = await access.revokeApiKey(localAdministrator, id);
        if (json) return printJson(told(apiKey));
        process.stdout.write(lineOf(apiKey));
      }),
    );
}

/** `llamahome key create|list|revoke` */
export function keyCommand(): Command {
  return new Command('key')
    .description('make, list and revoke API keys, beside a running server')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand());
}
