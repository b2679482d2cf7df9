import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { formatByteSize } from '../config/byteSize.js';
import { loadEnvironment } from '../config/environment.js';
import { LlamaHomeError } from '../errors/index.js';
import { ModelLibrary } from '../models/ModelLibrary.js';
import { FileLock } from '../storage/FileLock.js';
import { printJson } from './table.js';

/** Whether a server runs on this home: it holds this lock as long as it lives. */
function hasServer(home: string): boolean {
  const path = join(home, 'lock');
  if (!existsSync(path)) return false;
  using lock = FileLock.tryAcquire(path);
  return lock === undefined;
}

/** `llamahome rm <model>` */
export function rmCommand(): Command {
  return new Command('rm')
    .description('delete the file of an installed model')
    .argument('<model>', 'id or alias, as `llamahome models` lists them')
    .option('--json', 'as JSON')
    .action(async (name: string, { json }: { json?: boolean }) => {
      const { home } = loadEnvironment(process.env);
      const library = await ModelLibrary.open(home);
      const { id } = library.get(name);
      const file = library.file(id);
      if (file === undefined) {
        throw new LlamaHomeError('not_found', `The model ${id} is not installed: there is nothing to delete.`);
      }
      await library.remove(id);
      if (json) return printJson({ id, freed_bytes: file.size });
      const used = hasServer(home) ? ' A running server that has it in memory keeps it until it unloads it.' : '';
      process.stderr.write(`${id} is deleted (${formatByteSize(file.size)}).${used}\n`);
    });
}
