import { createModelDownloader } from 'node-llama-cpp';

/** What the server asks of this process, once. */
export interface DownloadOrder {
  uri: string;
  folder: string;
  fileName: string;
}

export type DownloadReport =
  | { type: 'progress'; downloadedBytes: number; totalBytes: number }
  | { type: 'failed'; message: string };

/**
 * One download in a process of its own. The downloader retries for minutes, can't be stopped while it does, and throws where
 * nobody can catch it when the disk is full: here all of that ends with the process.
 */
async function download({ uri, folder, fileName }: DownloadOrder): Promise<void> {
  let seen = -1;
  const downloader = await createModelDownloader({
    modelUri: uri,
    dirPath: folder,
    fileName,
    skipExisting: false,
    deleteTempFileOnCancel: false,
    onProgress: ({ downloadedSize, totalSize }) => {
      if (downloadedSize === seen) return;
      seen = downloadedSize;
      send({ type: 'progress', downloadedBytes: downloadedSize, totalBytes: totalSize });
    },
  });
  await downloader.download();
}

function send(report: DownloadReport, sent: () => void = () => {}): void {
  process.send?.(report, sent);
}

function fail(error: unknown): void {
  send({ type: 'failed', message: String(error) }, () => process.exit(1));
}

process.on('unhandledRejection', fail);
process.on('uncaughtException', fail);
process.on('disconnect', () => process.exit(1));
// Ctrl-C reaches the whole process group: when to stop is the parent's decision.
process.on('SIGINT', () => {});
process.once('message', (order: DownloadOrder) => {
  download(order).then(() => process.exit(0), fail);
});
