import { Command } from 'commander';
import { loadEnvironment } from '../config/environment.js';
import { LlamaHomeError } from '../errors/index.js';
import { ModelLibrary } from '../models/ModelLibrary.js';
import { showDownload } from './showDownload.js';
import { printJson } from './table.js';

/** The model that needs no download. */
const demo = 'demo';

/**
 * Fetches a model when it is not installed, and shows that on standard error.
 * @param name id or alias in the catalogue
 * @returns whether there was something to fetch
 * @throws LlamaHomeError `model_not_found`; `model_unavailable` with what failed for each source and what to do instead
 */
export async function ensureInstalled(home: string, name: string): Promise<boolean> {
  const library = await ModelLibrary.open(home);
  const { id } = library.get(name);
  if (library.isInstalled(id)) return false;
  const { end, ...show } = showDownload();
  try {
    await library.install(id, show);
    return true;
  } catch (error) {
    if (!(error instanceof LlamaHomeError)) throw error;
    if (id === demo) throw error;
    const advice = `To try everything with no download: LLAMAHOME_MODEL=${demo} npm start`;
    throw new LlamaHomeError(error.code, `${error.message} ${advice}`, error.details, { cause: error });
  } finally {
    end();
  }
}

/** `llamahome pull <model>` */
export function pullCommand(): Command {
  return new Command('pull')
    .description('fetch a model of the catalogue into the home folder')
    .argument('<model>', 'id or alias, as `llamahome models` lists them')
    .option('--json', 'as JSON')
    .action(async (name: string, { json }: { json?: boolean }) => {
      const { home } = loadEnvironment(process.env);
      const fetched = await ensureInstalled(home, name);
      if (json) return printJson({ id: (await ModelLibrary.open(home)).get(name).id, fetched });
      process.stderr.write(`${name} is ${fetched ? 'now' : 'already'} installed.\n`);
    });
}
