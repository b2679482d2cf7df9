import { LlamaHomeError } from '../errors/index.js';
import { isDamage } from './ggufFile.js';
import type { CatalogueEntry } from './Model.js';

/** When to ask again for a model that is being downloaded, in seconds. */
const downloadSeconds = 5;

/** A model without a file: how to get it, or how far its download is. */
export function notInstalled(
  entry: CatalogueEntry,
  download: { downloadedBytes: number; totalBytes: number } | undefined,
): LlamaHomeError {
  if (download !== undefined) {
    const percent = Math.floor((100 * download.downloadedBytes) / download.totalBytes);
    const message = `The model ${entry.id} is being downloaded (${percent} %): ask again when it is there.`;
    const details = { model: entry.id, state: 'downloading', retry_after: downloadSeconds };
    return new LlamaHomeError('model_unavailable', message, details);
  }
  const pull = `npx llamahome pull ${entry.id}`;
  const message = `The model ${entry.id} is not installed: install it with \`${pull}\` or the mutation installModel.`;
  return new LlamaHomeError('model_unavailable', message, { model: entry.id, state: 'available', pull });
}

/** Whether waiting may mend a failure: it names a time then. */
export function canPass({ details }: LlamaHomeError): boolean {
  return details?.retry_after !== undefined;
}

export function unusable(entry: CatalogueEntry, fault: string): LlamaHomeError {
  const canBeFetched = entry.sources.some(({ type }) => type !== 'file');
  const help = canBeFetched ? ' Remove it and install it again.' : ' Put a whole copy in its place.';
  const message = `The model ${entry.id} can not be used: ${fault}.${isDamage(fault) ? help : ''}`;
  return new LlamaHomeError('model_unavailable', message);
}

/** Why a model that is installed, or was to be, can't be used; what waiting can't mend is its state. */
export function asUnavailable(error: unknown, entry: CatalogueEntry): LlamaHomeError {
  const known = error instanceof LlamaHomeError ? error : undefined;
  if (known !== undefined && known.code !== 'model_unavailable') return known;
  const message = known?.message ?? `The model ${entry.id} can not be used now.`;
  const state = known !== undefined && canPass(known) ? {} : { state: 'failed' };
  const cause = known === undefined ? error : known.cause;
  const details = { model: entry.id, ...state, ...known?.details };
  return new LlamaHomeError('model_unavailable', message, details, cause === undefined ? undefined : { cause });
}
