import { Command } from 'commander';
import { loadEnvironment } from '../config/environment.js';
import { ModelLibrary } from '../models/ModelLibrary.js';
import { printJson } from './table.js';

/** `llamahome cp <model> <name>` */
export function cpCommand(): Command {
  return new Command('cp')
    .description('give an installed model a second name, which takes no more room')
    .argument('<model>', 'id or alias, as `llamahome list` shows them')
    .argument('<name>', 'the new id')
    .option('--json', 'as JSON')
    .action(async (model: string, name: string, { json }: { json?: boolean }) => {
      const library = await ModelLibrary.open(loadEnvironment(process.env).home);
      const { id } = library.get(model);
      await library.copy(id, name);
      if (json) return printJson({ id: name, copy_of: id });
      process.stderr.write(`${name} is ${id} under another name; a running server knows it from its next start.\n`);
    });
}
