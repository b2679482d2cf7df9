import { SingleBar } from 'cli-progress';
import { Command } from 'commander';
import { formatByteSize } from '../config/byteSize.js';
import { loadEnvironment } from '../config/environment.js';
import { LlamaHomeError } from '../errors/index.js';
import type { InstallOptions } from '../models/installModel.js';
import { ModelLibrary } from '../models/ModelLibrary.js';

/** The model that needs no download. */
const demo = 'demo';
/** Where nobody watches a bar, a line for every so many percent. */
const lineEvery = 10;

/** Time left; before anything has come it is not known. */
function seconds(left: number): string {
  if (!Number.isFinite(Number(left))) return '...';
  return left < 100 ? `${Math.ceil(left)} s` : `${Math.ceil(left / 60)} min`;
}

/** Shows a download on standard error: a bar on a terminal, plain lines elsewhere. Call `end` when it is over. */
function showDownload(): Required<Pick<InstallOptions, 'onProgress' | 'onStep'>> & { end: () => void } {
  const stream = process.stderr;
  if (!stream.isTTY) {
    let next = lineEvery;
    return {
      onStep: (text) => {
        next = lineEvery;
        stream.write(`${text}\n`);
      },
      onProgress: ({ downloadedBytes, totalBytes }) => {
        const percent = Math.floor((100 * downloadedBytes) / totalBytes);
        if (percent < next) return;
        next = percent - (percent % lineEvery) + lineEvery;
        stream.write(`${percent} % of ${formatByteSize(totalBytes)}\n`);
      },
      end: () => {},
    };
  }
  let bar: SingleBar | undefined;
  const end = () => {
    bar?.stop();
    bar = undefined;
  };
  return {
    onStep: (text) => {
      end();
      stream.write(`${text}\n`);
    },
    onProgress: ({ downloadedBytes, totalBytes }) => {
      if (bar === undefined) {
        const format = '[{bar}] {percentage} % | {value} of {total} | {eta_formatted} left';
        bar = new SingleBar({
          format,
          stream,
          barsize: 30,
          formatTime: seconds,
          formatValue: (value, _options, type) =>
            type === 'value' || type === 'total' ? formatByteSize(value) : String(value),
        });
        bar.start(totalBytes, downloadedBytes);
      }
      bar.setTotal(totalBytes);
      bar.update(downloadedBytes);
    },
    end,
  };
}

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
    .action(async (name: string) => {
      const fetched = await ensureInstalled(loadEnvironment(process.env).home, name);
      process.stderr.write(`${name} is ${fetched ? 'now' : 'already'} installed.\n`);
    });
}
