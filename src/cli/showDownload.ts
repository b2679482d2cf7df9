import { SingleBar } from 'cli-progress';
import { formatByteSize } from '../config/byteSize.js';
import type { InstallOptions } from '../models/installModel.js';

/** Where nobody watches a bar, a line for every so many percent. */
const lineEvery = 10;

/** Time left; before anything has come it is not known. */
function seconds(left: number): string {
  if (!Number.isFinite(Number(left))) return '...';
  return left < 100 ? `${Math.ceil(left)} s` : `${Math.ceil(left / 60)} min`;
}

/** How far a download is, for who waits. */
export type DownloadShow = Required<Pick<InstallOptions, 'onProgress' | 'onStep'>> & { end: () => void };

/** Shows a download on standard error: a bar on a terminal, plain lines elsewhere. Call `end` when it is over. */
export function showDownload(): DownloadShow {
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
