import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeDemoModel } from '../../src/models/demoModel.js';

/** A model that takes seconds for what the demo model does in a blink: there is time to leave, to cancel and to kill. */
export interface SlowModel {
  path: string;
  remove(): Promise<void>;
}

export async function makeSlowModel(): Promise<SlowModel> {
  const folder = await mkdtemp(join(tmpdir(), 'llamahome-slow-'));
  const path = join(folder, 'slow.gguf');
  await writeDemoModel(path, { layers: 8, embedding: 128, contextLength: 4096 });
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}
