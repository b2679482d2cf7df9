/** What a source is asked for: put the model's file into `folder`, which is its own, and give its path. */
export interface SourceRequest {
  folder: string;
  /** About how large the file will be. */
  sizeBytes: number;
  onProgress: (downloadedBytes: number, totalBytes: number) => void;
  signal: AbortSignal;
}

/** A file that a source has fetched, with checksum and exact size where the source tells them. */
export interface FetchedFile {
  path: string;
  sha256?: string | undefined;
  sizeBytes?: number | undefined;
}

/** Why a source brought nothing, in words that fit after "could not be fetched". */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  /** Whether what has come so far is worth keeping: the next try goes on from there. */
  readonly resumable: boolean;

  constructor(message: string, options: ErrorOptions & { resumable?: boolean } = {}) {
    super(message, options);
    this.resumable = options.resumable ?? false;
  }
}
