import { lstatSync, readlinkSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';

/** The parts of a model that is split into several files have names like NAME-00002-of-00003.gguf. */
const partName = /-(\d{5})-of-(\d{5})\.gguf$/i;

/** Whether a file is a part of a split model other than the first, which stands for all. */
export function isLaterPart(path: string): boolean {
  const number = partName.exec(path)?.[1];
  return number !== undefined && Number(number) !== 1;
}

/** All files of a model by the name of its first: one, unless the name says that it is split. */
export function partsOf(path: string): string[] {
  const [ending, , count] = partName.exec(path) ?? [];
  if (ending === undefined || count === undefined) return [path];
  const base = path.slice(0, -ending.length);
  return Array.from({ length: Number(count) }, (_, index) => {
    return `${base}-${String(index + 1).padStart(5, '0')}-of-${count}${ending.slice(-'.gguf'.length)}`;
  });
}

/** Bytes of a file, undefined when it is not there. */
function sizeOf(path: string): number | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? found.size : undefined;
}

/** A path and what it leads to, link by link. */
function linksFrom(path: string): string[] {
  const paths = [path];
  // More links than any system follows.
  for (let last = path; paths.length < 40 && lstatSync(last, { throwIfNoEntry: false })?.isSymbolicLink(); ) {
    last = resolve(dirname(last), readlinkSync(last));
    paths.push(last);
  }
  return paths;
}

export interface WeightFiles {
  /** The first file by the name beside which the others lie. */
  path: string;
  /** Of all files together. */
  sizeBytes: number;
  /** Names of parts that were found nowhere. */
  missing: string[];
}

/**
 * The files of a model by the path of its first. A split model is found by the names of its parts, which a link may have
 * and its target not: in a cache of Hugging Face all files are links to names without an ending.
 */
export function weightFiles(path: string): WeightFiles {
  const links = linksFrom(path);
  let split: WeightFiles | undefined;
  for (const link of links) {
    const parts = partsOf(link);
    if (parts.length === 1) continue;
    const sizes = parts.map(sizeOf);
    const missing = parts.filter((_, index) => sizes[index] === undefined).map((part) => basename(part));
    const found = { path: link, sizeBytes: sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0), missing };
    if (missing.length === 0) return found;
    if (split === undefined || missing.length <= split.missing.length) split = found;
  }
  return split ?? { path: links.at(-1) ?? path, sizeBytes: sizeOf(path) ?? 0, missing: [] };
}
