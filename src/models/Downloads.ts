import type { InstallOptions, InstallProgress } from './installModel.js';
import type { CatalogueEntry } from './Model.js';

interface Download extends InstallProgress {
  abort: AbortController;
  /** Settles after everything that `start` promised to call has been called. */
  done: Promise<void>;
}

export interface DownloadsOptions {
  install: (id: string, options: InstallOptions) => Promise<void>;
  /** Each turn of a download in a plain sentence. */
  onStep: (id: string, text: string) => void;
  /** Called after every change: begun, more bytes, ended. */
  onChange: (id: string) => void;
  /** Called when a download failed that nobody stopped, before its `onChange`. */
  onFailure: (entry: CatalogueEntry, error: unknown) => void;
}

/** The downloads under way in this process, one per model. */
export class Downloads {
  private readonly running = new Map<string, Download>();

  constructor(private readonly options: DownloadsOptions) {}

  progress(id: string): Readonly<InstallProgress> | undefined {
    return this.running.get(id);
  }

  /** Starts a download and returns at once; one that already runs is left to run. */
  start(entry: CatalogueEntry): void {
    const { id } = entry;
    if (this.running.has(id)) return;
    const { install, onStep, onChange, onFailure } = this.options;
    const abort = new AbortController();
    const running = install(id, {
      signal: abort.signal,
      onStep: (text) => onStep(id, text),
      onProgress: (progress) => {
        Object.assign(download, progress);
        onChange(id);
      },
    });
    const end = (report: () => void) => {
      this.running.delete(id);
      report();
      onChange(id);
    };
    const done = running.then(
      () => end(() => {}),
      (error: unknown) => end(() => abort.signal.aborted || onFailure(entry, error)),
    );
    const download: Download = { abort, done, downloadedBytes: 0, totalBytes: entry.sizeBytes };
    this.running.set(id, download);
    onChange(id);
  }

  /** Stops a model's download and waits for its end. */
  async stop(id: string): Promise<void> {
    const download = this.running.get(id);
    download?.abort.abort();
    await download?.done;
  }

  async close(): Promise<void> {
    await Promise.all([...this.running.keys()].map((id) => this.stop(id)));
  }
}
