import { mkdir, open, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { demoModel } from '../../src/models/demoModel.js';
import { writeGguf } from '../../src/models/GgufWriter.js';

/** Writes the demo model in two files; gives their paths. `nameOf` says how the file of a part is called. */
export async function writeSplitModel(folder: string, nameOf: (part: number) => string): Promise<string[]> {
  const { metadata, tensors } = demoModel();
  const half = Math.ceil(tensors.length / 2);
  const paths: string[] = [];
  for (const [index, part] of [tensors.slice(0, half), tensors.slice(half)].entries()) {
    const path = join(folder, nameOf(index + 1));
    const split = {
      'split.no': { u16: index },
      'split.count': { u16: 2 },
      'split.tensors.count': { i32: tensors.length },
    };
    const file = await open(path, 'w');
    await writeGguf(file, { ...(index === 0 ? metadata : {}), ...split }, part).finally(() => file.close());
    paths.push(path);
  }
  return paths;
}

export const partName = (part: number) => `Tiny-Model-0000${part}-of-00002.gguf`;

/** A split model as a cache of Hugging Face holds it: links in a snapshot to blobs that have no telling names. */
export async function makeHuggingFaceCache(folder: string): Promise<{ first: string; snapshot: string }> {
  const blobs = join(folder, 'models--tiny', 'blobs');
  const snapshot = join(folder, 'models--tiny', 'snapshots', 'abc');
  await mkdir(blobs, { recursive: true });
  await mkdir(snapshot, { recursive: true });
  await writeSplitModel(blobs, (part) => `b10b${part}`);
  for (const part of [1, 2]) await symlink(join('..', '..', 'blobs', `b10b${part}`), join(snapshot, partName(part)));
  return { first: join(snapshot, partName(1)), snapshot };
}
