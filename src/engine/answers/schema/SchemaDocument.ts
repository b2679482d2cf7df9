import { SchemaError } from '../SchemaError.js';
import { isArray, isObject, type JsonObject, type JsonValue, pointerTo } from './json.js';

const MAX_VALUES = 200_000;
const MAX_DEPTH = 200;
const BASE = 'http://schema.invalid/';

/** Keywords whose values are data, in which `$id` and `$ref` are only words. */
const DATA = new Set(['enum', 'const', 'default', 'examples', 'example']);

/** Draft 4, 6, 7, 2019 (2019-09), 2020 (2020-12); `undefined` when `$schema` names none of them. */
export type Draft = 4 | 6 | 7 | 2019 | 2020 | undefined;

interface Resource {
  uri: string;
  root: JsonValue;
  path: string;
}

export interface Target {
  value: JsonValue;
  path: string;
}

/** A schema with what its references can name: `$id`, `id`, anchors and JSON Pointers. Nothing is fetched. */
export class SchemaDocument {
  readonly root: JsonValue;
  readonly draft: Draft;
  #resources = new Map<string, Resource>();
  #anchors = new Map<string, Target[]>();
  #resourceOf = new Map<JsonValue, Resource>();
  readonly #rootResource: Resource;

  constructor(root: JsonValue) {
    this.root = root;
    this.draft = draftOf(root);
    this.#rootResource = { uri: BASE, root, path: '' };
    this.#resources.set(BASE, this.#rootResource);
    this.#index();
  }

  #index(): void {
    let count = 0;
    const open: { value: JsonValue; path: string; depth: number; resource: Resource }[] = [
      { value: this.root, path: '', depth: 0, resource: this.#rootResource },
    ];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { value, path, depth } = next;
      if (typeof value !== 'object' || value === null) {
        continue;
      }
      if (++count > MAX_VALUES || depth > MAX_DEPTH) {
        const what = depth > MAX_DEPTH ? 'is nested too deeply' : 'is too large';
        throw new SchemaError({
          path: depth > MAX_DEPTH ? path.slice(0, 200) : '',
          keyword: '$schema',
          message: `The schema ${what}.`,
        });
      }
      const resource = isObject(value) ? this.#identify(value, path, next.resource) : next.resource;
      this.#resourceOf.set(value, resource);
      for (const [name, inner] of Object.entries(value)) {
        if (!DATA.has(name) || isArray(value)) {
          open.push({ value: inner, path: pointerTo(path, name), depth: depth + 1, resource });
        }
      }
    }
  }

  #identify(value: JsonObject, path: string, outer: Resource): Resource {
    let resource = outer;
    const id =
      typeof value.$id === 'string' ? value.$id : this.#isOld() && typeof value.id === 'string' ? value.id : '';
    const [address, fragment] = split(id);
    if (address !== '') {
      const uri = resolve(address, outer.uri);
      if (uri !== undefined) {
        resource = { uri, root: value, path };
        this.#resources.set(uri, resource);
      }
    }
    for (const anchor of [fragment, value.$anchor, value.$dynamicAnchor]) {
      if (typeof anchor === 'string' && anchor !== '' && !anchor.startsWith('/')) {
        const key = `${resource.uri}#${anchor}`;
        this.#anchors.set(key, [...(this.#anchors.get(key) ?? []), { value, path }]);
      }
    }
    return resource;
  }

  #isOld(): boolean {
    return this.draft === undefined || this.draft === 4;
  }

  /** What `reference`, which stands in the object `from`, names; `undefined` when it isn't in this document. */
  resolve(reference: string, from: JsonObject): Target | undefined {
    const resource = this.#resourceOf.get(from) ?? this.#rootResource;
    const [address, fragment] = split(reference);
    const uri = address === '' ? resource.uri : resolve(address, resource.uri);
    const target = uri === undefined ? undefined : this.#resources.get(uri);
    const found = target === undefined ? undefined : this.#within(target, fragment);
    // `id`s that were generated for no use are common; references by pointer then mean the whole document.
    return found ?? (address === '' ? this.#within(this.#rootResource, fragment) : undefined);
  }

  /** A dynamic reference has one target here, unless several schemas bear its anchor. */
  isAmbiguous(reference: string): boolean {
    const [, fragment] = split(reference);
    return (
      [...this.#anchors].filter(([key]) => key.endsWith(`#${fragment}`)).flatMap(([, targets]) => targets).length > 1
    );
  }

  #within(resource: Resource, fragment: string): Target | undefined {
    if (fragment === '') {
      return { value: resource.root, path: resource.path };
    }
    if (!fragment.startsWith('/')) {
      return this.#anchors.get(`${resource.uri}#${fragment}`)?.[0];
    }
    let value: JsonValue | undefined = resource.root;
    let path = resource.path;
    for (const step of fragment.slice(1).split('/')) {
      const name = unescaped(step);
      if (isArray(value)) {
        value = value[Number(name)];
      } else {
        value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
      }
      path = pointerTo(path, name);
    }
    return value === undefined ? undefined : { value, path };
  }
}

function unescaped(step: string): string {
  let text = step;
  try {
    text = decodeURIComponent(step);
  } catch {
    // A `%` that encodes nothing stands for itself.
  }
  return text.replaceAll('~1', '/').replaceAll('~0', '~');
}

function split(reference: string): [string, string] {
  const hash = reference.indexOf('#');
  return hash < 0 ? [reference, ''] : [reference.slice(0, hash), reference.slice(hash + 1)];
}

function resolve(address: string, base: string): string | undefined {
  return URL.canParse(address, base) ? new URL(address, base).href : undefined;
}

function draftOf(root: JsonValue): Draft {
  const name = isObject(root) && typeof root.$schema === 'string' ? root.$schema : '';
  const found = /json-schema\.org\/draft(?:\/(2019|2020)-|-0(4|6|7)\/)/.exec(name);
  const draft = Number(found?.[1] ?? found?.[2]);
  return draft === 4 || draft === 6 || draft === 7 || draft === 2019 || draft === 2020 ? draft : undefined;
}
