import { Command } from 'commander';
import { loadEnvironment } from '../config/environment.js';
import { type ServerFlags, withServer, withServerFlags } from './findServer.js';
import { HomeModels, type ListedModel, listOnServer, rowOf } from './ListedModel.js';
import { printJson, table } from './table.js';

interface ListFlags extends ServerFlags {
  json?: boolean;
}

const head = ['MODEL', 'STATE', 'PARAMETERS', 'SIZE', 'CONTEXT', 'LICENCE', 'ALSO'];

async function known(flags: ServerFlags): Promise<ListedModel[]> {
  // Files are files, whether a server runs or not.
  if (!(flags.url ?? process.env.LLAMAHOME_URL)) return (await HomeModels.open(loadEnvironment(process.env))).list();
  return withServer(flags, ['models:read'], listOnServer);
}

function listing(name: string, description: string, wanted: (model: ListedModel) => boolean): Command {
  return withServerFlags(new Command(name))
    .description(`${description}; of the home folder, or of the server at --url`)
    .option('--json', 'as JSON')
    .action(async ({ json, ...flags }: ListFlags) => {
      const models = (await known(flags)).filter(wanted);
      if (json) return printJson({ models });
      if (models.length > 0) process.stdout.write(table(head, models.map(rowOf)));
      else process.stderr.write('No model is installed: llamahome models lists what there is to pull.\n');
    });
}

/** `llamahome models [--json]` */
export function modelsCommand(): Command {
  return listing('models', 'list the models of the catalogue and which of them are installed', () => true);
}

/** `llamahome list [--json]` */
export function listCommand(): Command {
  return listing('list', 'list the installed models', ({ installed }) => installed);
}
