import { LimitError } from '../SchemaError.js';

/** A Boolean expression over leaves, in negation normal form. Equal expressions of one factory are the same object. */
export interface Expression<Leaf> {
  readonly id: number;
  readonly kind: 'true' | 'false' | 'leaf' | 'and' | 'or';
  readonly parts: readonly Expression<Leaf>[];
  readonly leaf: Leaf | undefined;
  /** Its opposite, once asked for. */
  opposite: Expression<Leaf> | undefined;
}

const MAX_EXPRESSIONS = 400_000;
/** Absorption compares parts pairwise up to this many. */
const MAX_ABSORBED = 48;

export class BooleanFactory<Leaf> {
  readonly true: Expression<Leaf>;
  readonly false: Expression<Leaf>;
  #made = new Map<string, Expression<Leaf>>();
  readonly #keyOf: (leaf: Leaf) => string;
  readonly #negated: (leaf: Leaf) => Expression<Leaf>;

  constructor(options: { keyOf: (leaf: Leaf) => string; negated: (leaf: Leaf) => Expression<Leaf> }) {
    this.#keyOf = options.keyOf;
    this.#negated = options.negated;
    this.true = this.#make('true', 'true', []);
    this.false = this.#make('false', 'false', []);
  }

  #make(
    key: string,
    kind: Expression<Leaf>['kind'],
    parts: readonly Expression<Leaf>[],
    leaf?: Leaf,
  ): Expression<Leaf> {
    let made = this.#made.get(key);
    if (made === undefined) {
      if (this.#made.size >= MAX_EXPRESSIONS) {
        throw new LimitError('The schema needs too many states.');
      }
      made = { id: this.#made.size, kind, parts, leaf, opposite: undefined };
      this.#made.set(key, made);
    }
    return made;
  }

  leaf(leaf: Leaf): Expression<Leaf> {
    return this.#make(`=${this.#keyOf(leaf)}`, 'leaf', [], leaf);
  }

  not(of: Expression<Leaf>): Expression<Leaf> {
    of.opposite ??= this.#oppositeOf(of);
    return of.opposite;
  }

  #oppositeOf(of: Expression<Leaf>): Expression<Leaf> {
    switch (of.kind) {
      case 'true':
        return this.false;
      case 'false':
        return this.true;
      case 'and':
        return this.or(...of.parts.map((part) => this.not(part)));
      case 'or':
        return this.and(...of.parts.map((part) => this.not(part)));
      case 'leaf':
        return of.leaf === undefined ? this.false : this.#negated(of.leaf);
    }
  }

  and(...parts: readonly Expression<Leaf>[]): Expression<Leaf> {
    return this.#join('and', parts);
  }

  or(...parts: readonly Expression<Leaf>[]): Expression<Leaf> {
    return this.#join('or', parts);
  }

  #join(kind: 'and' | 'or', given: readonly Expression<Leaf>[]): Expression<Leaf> {
    const [unit, zero] = kind === 'and' ? [this.true, this.false] : [this.false, this.true];
    const parts = new Set<Expression<Leaf>>();
    for (const part of given) {
      if (part.kind === kind) {
        for (const inner of part.parts) {
          parts.add(inner);
        }
      } else if (part === zero) {
        return zero;
      } else if (part !== unit) {
        parts.add(part);
      }
    }
    if (parts.size > 1) {
      for (const part of parts) {
        if (part.kind === 'leaf' && parts.has(this.not(part))) {
          return zero;
        }
      }
      this.#absorb(kind === 'and' ? 'or' : 'and', parts);
    }
    const sorted = [...parts].sort((a, b) => a.id - b.id);
    const [only] = sorted;
    if (only === undefined || sorted.length === 1) {
      return only ?? unit;
    }
    return this.#make(`${kind}${sorted.map((part) => part.id).join(',')}`, kind, sorted);
  }

  /** A or (A and B) is A; A and (A or B) is A. */
  #absorb(inner: 'and' | 'or', parts: Set<Expression<Leaf>>): void {
    if (parts.size > MAX_ABSORBED) {
      return;
    }
    for (const part of parts) {
      if (part.kind === inner) {
        const own = new Set(part.parts);
        for (const other of parts) {
          if (other !== part && (other.kind === inner ? other.parts.every((one) => own.has(one)) : own.has(other))) {
            parts.delete(part);
            break;
          }
        }
      }
    }
  }
}
