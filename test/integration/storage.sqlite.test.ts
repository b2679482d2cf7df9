import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrationSuite } from './storage/migrationSuite.js';
import { type EmptyDatabase, repositorySuite } from './storage/repositorySuite.js';

async function makeDatabase(): Promise<EmptyDatabase> {
  const home = await mkdtemp(join(tmpdir(), 'llamahome-storage-'));
  return { database: 'sqlite', home, remove: () => rm(home, { recursive: true }) };
}

repositorySuite(makeDatabase);
migrationSuite(makeDatabase);
