import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { invalidRequest } from '../errors/index.js';
import { minimumSecretBytes } from './secretKey.js';

const privateFile = 0o600;
const privateFolder = 0o700;

function isErrorWithCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** Writes a new secret beside `path` and gives it that name in one step, unless somebody else was first. */
async function makeSecret(path: string): Promise<void> {
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    await writeFile(draft, `${randomBytes(64).toString('base64url')}\n`, {
      flag: 'wx',
      mode: privateFile,
      flush: true,
    });
    await link(draft, path);
  } catch (error) {
    if (!isErrorWithCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * The secret that signs tokens: `secret` when the environment gives one, else what stands in the home folder's file `secret`,
 * which is made at the first start (64 random bytes, readable by its owner only). Several processes that start at once all get the same.
 * `invalid_request` when it is shorter than 32 bytes.
 */
export async function loadSecret({ home, secret }: { home: string; secret: string | undefined }): Promise<string> {
  if (secret !== undefined) return checked(secret, 'LLAMAHOME_SECRET must have at least 32 bytes; use random ones.');
  await mkdir(home, { recursive: true, mode: privateFolder });
  const path = join(home, 'secret');
  const stored = await readSecret(path);
  if (stored !== undefined) return stored;
  await makeSecret(path);
  return (await readSecret(path)) ?? loadSecret({ home, secret });
}

async function readSecret(path: string): Promise<string | undefined> {
  try {
    const text = (await readFile(path, 'utf8')).trim();
    await chmod(path, privateFile);
    return checked(
      text,
      'The file "secret" in the home folder is too short. Delete it to have a new one made: all tokens end then.',
    );
  } catch (error) {
    if (isErrorWithCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function checked(secret: string, message: string): string {
  if (Buffer.byteLength(secret) < minimumSecretBytes) throw invalidRequest('secret', message);
  return secret;
}
