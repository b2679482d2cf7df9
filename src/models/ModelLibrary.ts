import { existsSync, lstatSync, type Stats, statSync } from 'node:fs';
import { link, mkdir, readdir, realpath, rm, symlink } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { invalidRequest, LlamaHomeError } from '../errors/index.js';
import { Catalogue } from './Catalogue.js';
import { describeGguf, idOfFile, modelFault } from './ggufFile.js';
import { type InstallOptions, installModel } from './installModel.js';
import type { CatalogueEntry } from './Model.js';
import { isLaterPart, partsOf, weightFiles } from './weightFiles.js';

/** This name belongs to Llama 3.3, and stands for the default model until that is installed. */
const aliasOfDefault = 'llama3.3';
const firstDefault = 'smollm2-135m-instruct';

/** Whether a file is one part of a model, by its name. */
function isSplit(path: string): boolean {
  return /-\d{5}-of-\d{5}\.gguf$/i.test(path);
}

/** The catalogue and the files of a home folder: what there is and what is here. Loading is not its business. */
export class ModelLibrary {
  /** Ids of files that are in no catalogue. */
  private readonly added = new Set<string>();
  /** Files whose names are no ids, by the id that each is served under. */
  private readonly names = new Map<string, string>();
  /** Files in the models folder that can't be served, and why. */
  readonly unusable: { file: string; reason: string }[] = [];

  private constructor(
    private readonly folder: string,
    private readonly catalogue: Catalogue,
  ) {}

  /**
   * Reads the catalogues, and takes in every `.gguf` file that somebody has put into the models folder.
   * @throws LlamaHomeError `invalid_request` for a fault in the user's own catalogue
   */
  static async open(home: string): Promise<ModelLibrary> {
    const folder = join(home, 'models');
    const library = new ModelLibrary(folder, await Catalogue.load(home));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const names = (await readdir(folder)).filter((name) => /\.gguf$/i.test(name) && !isLaterPart(name));
    // Those whose name is an id have it, before another file gets the same made from its name.
    const isId = (name: string) => name === `${idOfFile(name)}.gguf`;
    for (const name of [...names.filter(isId), ...names.filter((name) => !isId(name)).sort()]) await library.take(name);
    return library;
  }

  /** A file that is no model, or a link whose file has gone, is not a reason to stop: it is named in `unusable`. */
  private async take(name: string): Promise<void> {
    const base = idOfFile(name);
    let id = base;
    if (name !== `${base}.gguf`) {
      for (let number = 2; this.catalogue.find(id) !== undefined; number++) id = `${base}-${number}`;
      this.names.set(id, name);
    } else if (this.catalogue.find(id) !== undefined) return;
    try {
      await this.describe(id);
    } catch (error) {
      this.names.delete(id);
      const reason = error instanceof LlamaHomeError ? error.message : 'its file can not be read';
      this.unusable.push({ file: name, reason });
    }
  }

  get entries(): CatalogueEntry[] {
    return this.catalogue.entries;
  }

  /** The entry of that id or alias itself. */
  find(name: string): CatalogueEntry | undefined {
    return this.catalogue.find(name);
  }

  /** As `find`. @throws LlamaHomeError `model_not_found` with near ids */
  get(name: string): CatalogueEntry {
    const entry = this.find(name);
    if (entry !== undefined) return entry;
    throw this.unknown(name);
  }

  /** `model_not_found` with near ids. */
  unknown(name: string): LlamaHomeError {
    const near = this.catalogue.near(name);
    const hint = near.length === 0 ? '`npx llamahome models` lists what there is' : `did you mean ${near.join(', ')}?`;
    return new LlamaHomeError('model_not_found', `There is no model "${name.slice(0, 100)}": ${hint}`, { near });
  }

  /** The entry that a prompt means by a name: `llama3.3` is the default model until a Llama 3.3 is installed. */
  meant(name: string, defaultModel: string): CatalogueEntry | undefined {
    const entry = this.find(name);
    if (name !== aliasOfDefault || (entry !== undefined && this.isInstalled(entry.id))) return entry;
    return this.find(defaultModel === aliasOfDefault ? firstDefault : defaultModel);
  }

  path(id: string): string {
    return join(this.folder, this.names.get(id) ?? `${id}.gguf`);
  }

  /** The file of an installed model, of a split one the first with the size of all; undefined when it is not there. */
  file(id: string): Pick<Stats, 'size' | 'ino' | 'mtimeMs'> | undefined {
    const found = statSync(this.path(id), { throwIfNoEntry: false });
    if (!found?.isFile()) return undefined;
    const { ino, mtimeMs } = found;
    return { size: weightFiles(this.path(id)).sizeBytes, ino, mtimeMs };
  }

  isInstalled(id: string): boolean {
    return this.file(id) !== undefined;
  }

  /** Tells one state of a model's file from another. */
  signature(id: string): string {
    const file = this.file(id);
    return file === undefined ? '' : `${file.ino} ${file.size} ${file.mtimeMs}`;
  }

  /** Where the weights are: parts of a split model are found beside the first. */
  weightsPath(id: string): string {
    return weightFiles(this.path(id)).path;
  }

  /** What is wrong with a model's files, as far as their beginnings show it. */
  fault(id: string): Promise<string | undefined> {
    return modelFault(this.path(id));
  }

  /**
   * Gives an installed model's file a second id; both are the same file, so it takes no more room.
   * @throws LlamaHomeError `not_found` when it is not installed, `invalid_request` for a name that can't be an id,
   * `conflict` when the name is taken
   */
  async copy(id: string, name: string): Promise<void> {
    if (!this.isInstalled(id)) {
      throw new LlamaHomeError('not_found', `The model ${id} is not installed: llamahome pull ${id} fetches it.`);
    }
    if (idOfFile(`${name}.gguf`) !== name) {
      throw invalidRequest(
        'name',
        'A name has 1 to 100 lower-case letters, digits, ".", "_" and "-", a letter or digit first.',
      );
    }
    if (this.find(name) !== undefined || existsSync(this.path(name))) {
      throw new LlamaHomeError('conflict', `There is a model ${name} already: choose another name.`);
    }
    const target = this.weightsPath(id);
    // The parts of a split model are found beside the first; and what lies elsewhere may be on another disk.
    const isElsewhere = target !== this.path(id) || lstatSync(target).isSymbolicLink();
    if (isElsewhere || isSplit(target)) await symlink(target, this.path(name));
    else await link(target, this.path(name));
  }

  /** Fetches a model's file; see `installModel`. */
  async install(id: string, options: InstallOptions = {}): Promise<void> {
    await installModel(this.get(id), this.folder, options);
  }

  /** Deletes a model's files; of a model that was added by path only the link to it. */
  async remove(id: string): Promise<void> {
    for (const part of partsOf(this.path(id))) await rm(part, { force: true });
  }

  /** Drops a model that is in no catalogue after its file was removed; there is nowhere to fetch it from. */
  forget(id: string): void {
    if (this.added.delete(id)) this.catalogue.drop(id);
  }

  /**
   * Makes a model of a `.gguf` file wherever it is: a link in the models folder, an id made from the file's name.
   * @throws LlamaHomeError `model_unavailable` when there is no such file or it is no model
   */
  async addFile(path: string): Promise<CatalogueEntry> {
    // By the name that was given: what a link leads to may have none that says which part of a model it is.
    const target = resolve(path);
    const fault = await modelFault(target);
    if (fault !== undefined) {
      const message = `The model ${basename(path)} can not be used: ${fault}.`;
      throw new LlamaHomeError('model_unavailable', message, { model: basename(path), state: 'failed' });
    }
    const base = idOfFile(path);
    for (let number = 1; ; number++) {
      const id = number === 1 ? base : `${base}-${number}`;
      const link = await realpath(this.path(id)).catch(() => undefined);
      if (link === undefined && this.find(id) === undefined) {
        await rm(this.path(id), { force: true });
        await symlink(target, this.path(id));
      } else if (link !== (await realpath(target))) continue;
      return this.find(id) ?? this.describe(id);
    }
  }

  private async describe(id: string): Promise<CatalogueEntry> {
    const entry = await describeGguf(this.weightsPath(id), id, this.file(id)?.size ?? 0);
    this.catalogue.add(entry);
    this.added.add(id);
    return entry;
  }
}
