import { isAlive } from '../regex/derive.js';
import type { Term } from '../regex/Term.js';
import { TermFactory } from '../regex/TermFactory.js';
import { canonicalText, isComposite, type JsonValue } from '../schema/json.js';
import { Keys } from '../schema/Keys.js';
import { Demands, type Formula, type Node } from '../schema/literals.js';
import { Projector } from '../schema/Projector.js';
import { Satisfiability } from '../schema/Satisfiability.js';
import { isMet, Steps } from '../schema/Steps.js';
import type { Entry, Goal, Level, Member } from './Level.js';

/** Levels and states are shared up to this many; then the tables begin anew, which costs time only. */
const MAX_SHARED = 50_000;
/** Names of which one level keeps what follows. */
const MAX_MEMBERS = 256;

/** A value by key, made once as long as the table isn't full. */
export class SharedTable<V> {
  readonly #made = new Map<string, V>();

  get(key: string, make: () => V): V {
    let value = this.#made.get(key);
    if (value === undefined) {
      value = make();
      if (this.#made.size >= MAX_SHARED) {
        this.#made.clear();
      }
      this.#made.set(key, value);
    }
    return value;
  }
}

function idsOf(entries: readonly Entry[]): string {
  return entries.map((entry) => entry.id).join();
}

/** The texts of the JSON values that one node accepts: what the states of an answer share. */
export class JsonLanguage {
  readonly demands: Demands;
  readonly projector: Projector;
  readonly satisfiability = new Satisfiability();
  readonly #steps: Steps;
  readonly #keys: Keys;
  readonly #entries = new SharedTable<Entry>();
  readonly #levels = new SharedTable<Level>();
  #lastId = 0;

  constructor(terms: TermFactory = new TermFactory()) {
    this.demands = new Demands(terms);
    this.#steps = new Steps(this.demands, (node) => this.satisfiability.node(node));
    this.#keys = new Keys(this.demands, this.#steps, this.satisfiability);
    this.projector = new Projector(this.demands, this.satisfiability);
    this.satisfiability.tools = {
      demands: this.demands,
      projector: this.projector,
      steps: this.#steps,
      keys: this.#keys,
    };
  }

  get terms(): TermFactory {
    return this.demands.terms;
  }

  /** Begins the work for another byte, which is bounded. */
  startStep(): void {
    this.#steps.work = 0;
  }

  nextId(): number {
    return ++this.#lastId;
  }

  entry(formula: Formula, parents: readonly Entry[]): Entry {
    return this.#entries.get(`${formula.id}<${idsOf(parents)}`, () => ({ id: this.nextId(), formula, parents }));
  }

  /** Entries with equal formulas become one, which leads to what each led to. */
  merged(entries: readonly Entry[]): readonly Entry[] {
    if (entries.length < 2) {
      return entries;
    }
    const byFormula = new Map<Formula, Set<Entry>>();
    for (const { formula, parents } of entries) {
      const all = byFormula.get(formula) ?? new Set();
      for (const parent of parents) {
        all.add(parent);
      }
      byFormula.set(formula, all);
    }
    return [...byFormula].map(([formula, parents]) => this.entry(formula, sorted(parents)));
  }

  level(given: Omit<Level, 'id' | 'allowedNames' | 'goals' | 'members' | 'keepsText' | 'depth'>): Level {
    const { kind, entries, parent, names, values, keepsValues, valueStart } = given;
    const kept = keepsValues ? `${valueStart} ${values.map(canonicalText).join()}` : '';
    const key = `${kind} ${idsOf(entries)} ${parent?.id} ${names.length === 0 ? '' : JSON.stringify(names)} ${kept}`;
    return this.#levels.get(key, () => ({
      ...given,
      id: this.nextId(),
      depth: (parent?.depth ?? -1) + 1,
      keepsText: keepsValues || (parent?.keepsText ?? false),
      allowedNames: undefined,
      goals: undefined,
      members: new Map(),
    }));
  }

  root(): Level {
    return this.level({
      kind: 'root',
      entries: [this.entry(this.demands.formulas.true, [])],
      parent: undefined,
      names: [],
      values: [],
      keepsValues: false,
      valueStart: 0,
    });
  }

  /** The level of an array or object that begins at `level` as one of the goals; `undefined` when none of them allows it. */
  open(level: Level, kind: 'array' | 'object', goals: readonly Goal[], textLength: number): Level | undefined {
    const entries = goals.flatMap(({ node, parents }) => {
      const formula = this.projector.formula(node, kind);
      return this.satisfiability.formula(formula, kind) ? [this.entry(formula, parents)] : [];
    });
    if (entries.length === 0) {
      return undefined;
    }
    const keepsValues = kind === 'array' && entries.some(({ formula }) => comparesValues(formula));
    return this.level({
      kind,
      entries: this.merged(entries),
      parent: level,
      names: [],
      values: [],
      keepsValues,
      valueStart: textLength,
    });
  }

  /** The names that a next member may have. */
  allowedNames(level: Level): Term {
    if (level.allowedNames === undefined) {
      const any = this.terms.or(...level.entries.map(({ formula }) => this.#keys.allowed(formula)));
      level.allowedNames =
        level.names.length === 0 ? any : this.terms.and(any, this.terms.not(this.terms.words(level.names)));
    }
    return level.allowedNames;
  }

  /** Names that members must still have, or one of the names where there is a choice. */
  requiredNames(level: Level): string[] {
    return level.entries.slice(0, 1).flatMap(({ formula }) => presentNames(formula));
  }

  /** The ways to read an array's next element. */
  itemGoals(level: Level): readonly Goal[] {
    if (level.goals === undefined) {
      const id = level.values.length === 0 ? 'item' : `item ${level.values.map(canonicalText).join()}`;
      const event = { kind: 'item', id, values: level.values } as const;
      level.goals = this.#goals(
        level.entries.map((entry) => ({ entry, ways: this.#steps.ways(entry.formula, event) })),
        'array',
      );
    }
    return level.goals;
  }

  /** What follows this name; no goals when it isn't allowed. */
  member(level: Level, name: string): Member {
    let member = level.members.get(name);
    if (member === undefined) {
      const after = this.level({ ...level, names: [...level.names, name].sort() });
      member = { level: after, goals: this.#memberGoals(level, name) };
      if (level.members.size < MAX_MEMBERS) {
        level.members.set(name, member);
      }
    }
    return member;
  }

  #memberGoals(level: Level, name: string): readonly Goal[] {
    return this.#goals(
      level.entries.map((entry) => ({
        entry,
        ways: this.#steps.ways(entry.formula, this.#keys.event(entry.formula, name)),
      })),
      'object',
    );
  }

  #goals(
    of: readonly { entry: Entry; ways: readonly { node: Node; rest: Formula }[] }[],
    kind: 'array' | 'object',
  ): readonly Goal[] {
    const byNode = new Map<Node, Entry[]>();
    for (const { entry, ways } of of) {
      for (const { node, rest } of ways) {
        if (this.satisfiability.formula(rest, kind) && this.satisfiability.node(node)) {
          byNode.set(node, [...(byNode.get(node) ?? []), this.entry(rest, entry.parents)]);
        }
      }
    }
    return [...byNode].map(([node, parents]) => ({ node, parents: this.merged(parents) }));
  }

  canContinue(level: Level): boolean {
    return level.kind === 'object'
      ? isAlive(this.terms, this.allowedNames(level))
      : level.kind === 'array' && this.itemGoals(level).length > 0;
  }

  canEnd(level: Level): boolean {
    return level.kind !== 'root' && level.entries.some(({ formula }) => isMet(formula));
  }

  /** What the level below may go on as when the level ends here. */
  ended(level: Level): readonly Entry[] {
    return union(level.entries.filter(({ formula }) => isMet(formula)).map(({ parents }) => parents));
  }

  /** The level after one of its values has ended; undefined where that has come before and must not. */
  afterValue(level: Level, entries: readonly Entry[], value: JsonValue | undefined): Level | undefined {
    if (value === undefined) return this.level({ ...level, entries: this.merged(entries) });
    const left = isRepeated(level.values, value) ? entries.filter(({ formula }) => !asksUnique(formula)) : entries;
    return left.length === 0
      ? undefined
      : this.level({ ...level, entries: this.merged(left), values: [...level.values, value] });
  }
}

/** Scalars are told apart as they are read. */
function isRepeated(values: readonly JsonValue[], value: JsonValue): boolean {
  if (!isComposite(value)) return false;
  const text = canonicalText(value);
  return values.some((other) => isComposite(other) && canonicalText(other) === text);
}

function asksUnique(formula: Formula): boolean {
  return formula.leaf?.kind === 'unique' || formula.parts.some(asksUnique);
}

function comparesValues(formula: Formula): boolean {
  return formula.leaf?.kind === 'unique' || formula.leaf?.kind === 'repeated' || formula.parts.some(comparesValues);
}

function sorted(entries: Iterable<Entry>): Entry[] {
  return [...entries].sort((a, b) => a.id - b.id);
}

export function union(lists: readonly (readonly Entry[])[]): readonly Entry[] {
  return lists.length === 1 ? (lists[0] ?? []) : sorted(new Set(lists.flat()));
}

function presentNames({ leaf, parts }: Formula): string[] {
  return leaf?.kind === 'present' ? [leaf.name] : parts.flatMap(presentNames);
}
