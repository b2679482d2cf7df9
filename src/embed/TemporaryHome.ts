import { mkdtempSync, rmSync } from 'node:fs';
import { stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEnvironment } from '../config/environment.js';
import { ModelLibrary } from '../models/ModelLibrary.js';
import { openHome } from '../storage/home.js';

/** What a temporary home shares with the user's own one, so that no model is fetched twice. */
const shared = ['models', 'catalogue.json'];

/** A home for one process. */
export class TemporaryHome {
  readonly path = mkdtempSync(join(tmpdir(), 'llamahome-'));
  private readonly onExit = () => this.remove();

  constructor() {
    process.once('exit', this.onExit);
  }

  /** Links the models of the user's own home; `LLAMAHOME_HOME` says where that is. @throws LlamaHomeError */
  async shareModels(): Promise<void> {
    const { home } = loadEnvironment({ LLAMAHOME_HOME: process.env.LLAMAHOME_HOME });
    await openHome(home);
    await ModelLibrary.open(home);
    for (const name of shared) {
      const target = join(home, name);
      const exists = await stat(target).catch(() => undefined);
      if (exists !== undefined) await symlink(target, join(this.path, name));
    }
  }

  /** Removes it with all that is in it; again is fine. */
  remove(): void {
    process.off('exit', this.onExit);
    rmSync(this.path, { recursive: true, force: true });
  }
}
