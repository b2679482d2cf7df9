import { LIKELY_FIRST } from '../forcedBytes.js';
import { canFollow, isAlive, step } from '../regex/derive.js';
import type { Term } from '../regex/Term.js';
import { union } from './JsonLanguage.js';
import type { JsonState } from './JsonState.js';
import type { Entry, Goal, Level } from './Level.js';
import { IN_TEXT, type LexState, lexString } from './lexString.js';
import { type NumberGoal, OpenState, type Tape, type TextGoal } from './OpenState.js';
import type { States } from './States.js';
import { NO_SPACE, type Space, spaceAfter } from './space.js';

const CONSTANTS = { n: 'null', t: 'true', f: 'false' } as const;

export class BeforeValue extends OpenState {
  readonly #goals: readonly Goal[];
  readonly #space: Space;
  readonly #mayEnd: boolean;

  constructor(
    id: number | undefined,
    states: States,
    level: Level,
    goals: readonly Goal[],
    space: Space,
    mayEnd: boolean,
    tape: Tape,
  ) {
    super(id, states, level, tape);
    this.#goals = goals;
    this.#space = space;
    this.#mayEnd = mayEnd;
  }

  protected step(byte: number): JsonState | undefined {
    const { level, language, states } = this;
    const tape = this.taped(byte);
    const space = spaceAfter(this.#space, byte, level.kind === 'object' ? 0 : level.depth);
    if (space !== undefined) {
      return states.value(level, this.#goals, space, this.#mayEnd, tape);
    }
    switch (byte) {
      case 0x22:
        return this.#text(tape);
      case 0x5b:
      case 0x7b:
        return this.#container(byte === 0x5b ? 'array' : 'object', tape);
      case 0x5d:
        return this.#mayEnd ? this.close(byte) : undefined;
      case 0x6e:
      case 0x74:
      case 0x66: {
        const word = CONSTANTS[String.fromCharCode(byte) as keyof typeof CONSTANTS];
        const fitting = this.#goals.filter(({ node }) => language.projector.constant(node, word));
        return fitting.length === 0
          ? undefined
          : states.word(level, word.slice(1), union(fitting.map(({ parents }) => parents)), tape);
      }
      default:
        return byte === 0x2d || (byte >= 0x30 && byte <= 0x39) ? this.#number(byte, tape) : undefined;
    }
  }

  #text(tape: Tape): JsonState | undefined {
    const { language } = this;
    const byTerm = new Map<Term, (readonly Entry[])[]>();
    for (const { node, parents } of this.#goals) {
      const term = language.projector.string(node);
      if (isAlive(language.terms, term)) {
        byTerm.set(term, [...(byTerm.get(term) ?? []), parents]);
      }
    }
    const goals = [...byTerm].map(([term, lists]) => ({ term, parents: union(lists) }));
    return goals.length === 0 ? undefined : this.states.text(this.level, goals, IN_TEXT, tape);
  }

  #number(byte: number, tape: Tape): JsonState | undefined {
    const { language } = this;
    const goals = this.#goals.flatMap(({ node, parents }) => {
      const start = language.satisfiability.number(language.projector.formula(node, 'number'));
      const state = start?.next(byte);
      return state === undefined ? [] : [{ state, parents }];
    });
    return goals.length === 0 ? undefined : this.states.number(this.level, goals, tape);
  }

  #container(kind: 'array' | 'object', tape: Tape): JsonState | undefined {
    const { language, states } = this;
    const length = tape?.length ?? 0;
    const inner = language.open(this.level, kind, this.#goals, length);
    if (inner === undefined) {
      return undefined;
    }
    if (kind === 'object') {
      return states.name(inner, NO_SPACE, true, tape);
    }
    return states.value(inner, language.itemGoals(inner), NO_SPACE, true, inner.keepsText ? (tape ?? '') : undefined);
  }
}

export class InText extends OpenState {
  readonly #goals: readonly TextGoal[];
  readonly #lex: LexState;

  constructor(
    id: number | undefined,
    states: States,
    level: Level,
    goals: readonly TextGoal[],
    lex: LexState,
    tape: Tape,
  ) {
    super(id, states, level, tape);
    this.#goals = goals;
    this.#lex = lex;
  }

  override get candidates(): readonly number[] {
    return LIKELY_FIRST;
  }

  protected step(byte: number): JsonState | undefined {
    const { language, states, level } = this;
    const { terms } = language;
    const lexed = lexString(this.#lex, byte);
    switch (lexed?.kind) {
      case undefined:
        return undefined;
      case 'end': {
        const fitting = this.#goals.filter(({ term }) => term.nullable);
        return states.ended(level, union(fitting.map(({ parents }) => parents)), this.taped(byte));
      }
      case 'character': {
        const goals = this.#goals.flatMap((goal) => {
          const term = step(terms, goal.term, lexed.codePoint);
          return isAlive(terms, term) ? [term === goal.term ? goal : { ...goal, term }] : [];
        });
        return goals.length === 0 ? undefined : states.text(level, goals, IN_TEXT, this.taped(byte));
      }
      case 'within': {
        const goals = this.#goals.filter(({ term }) =>
          lexed.ranges.some(([first, last]) => canFollow(terms, term, first, last)),
        );
        return goals.length === 0 ? undefined : states.text(level, goals, lexed.state, this.taped(byte));
      }
    }
  }
}

export class InNumber extends OpenState {
  readonly #goals: readonly NumberGoal[];
  override readonly isComplete: boolean;

  constructor(id: number | undefined, states: States, level: Level, goals: readonly NumberGoal[], tape: Tape) {
    super(id, states, level, tape);
    this.#goals = goals;
    this.isComplete = level.kind === 'root' && goals.some(({ state }) => state.isComplete);
  }

  override get isOver(): boolean {
    return this.isComplete && ![...'0123456789.eE'].some((one) => this.advance(one.charCodeAt(0)) !== undefined);
  }

  protected step(byte: number): JsonState | undefined {
    const goals = this.#goals.flatMap(({ state, parents }) => {
      const next = state.next(byte);
      return next === undefined ? [] : [{ state: next, parents }];
    });
    if (goals.length > 0) {
      return this.states.number(this.level, goals, this.taped(byte));
    }
    const complete = this.#goals.filter(({ state }) => state.isComplete);
    return this.level.kind === 'root'
      ? undefined
      : this.states.ended(this.level, union(complete.map(({ parents }) => parents)), this.tape)?.advance(byte);
  }
}

export class InWord extends OpenState {
  readonly #word: string;
  readonly #parents: readonly Entry[];

  constructor(
    id: number | undefined,
    states: States,
    level: Level,
    word: string,
    parents: readonly Entry[],
    tape: Tape,
  ) {
    super(id, states, level, tape);
    this.#word = word;
    this.#parents = parents;
  }

  protected step(byte: number): JsonState | undefined {
    if (byte !== this.#word.charCodeAt(0)) {
      return undefined;
    }
    const tape = this.taped(byte);
    return this.#word.length === 1
      ? this.states.ended(this.level, this.#parents, tape)
      : this.states.word(this.level, this.#word.slice(1), this.#parents, tape);
  }
}
