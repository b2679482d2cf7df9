import { LIKELY_FIRST } from '../forcedBytes.js';
import { canFollow, isAlive, step } from '../regex/derive.js';
import type { Term } from '../regex/Term.js';
import type { TermFactory } from '../regex/TermFactory.js';
import { JsonState } from './JsonState.js';
import type { Goal, Level } from './Level.js';
import { IN_TEXT, type LexState, lexString } from './lexString.js';
import { OpenState, type Tape } from './OpenState.js';
import type { States } from './States.js';
import { NO_SPACE, type Space, spaceAfter } from './space.js';

export class BeforeName extends OpenState {
  readonly #space: Space;
  readonly #mayEnd: boolean;

  constructor(id: number | undefined, states: States, level: Level, space: Space, mayEnd: boolean, tape: Tape) {
    super(id, states, level, tape);
    this.#space = space;
    this.#mayEnd = mayEnd;
  }

  protected step(byte: number): JsonState | undefined {
    const { level, language, states } = this;
    const space = spaceAfter(this.#space, byte, level.depth);
    if (space !== undefined) {
      return states.name(level, space, this.#mayEnd, this.taped(byte));
    }
    if (byte === 0x22) {
      const term = language.allowedNames(level);
      return isAlive(language.terms, term) ? states.nameText(level, term, '', IN_TEXT, this.taped(byte)) : undefined;
    }
    return this.#mayEnd ? this.close(byte) : undefined;
  }
}

/** Names are kept as they are read, so these states are not shared. */
export class InName extends OpenState {
  readonly #term: Term;
  readonly #name: string;
  readonly #lex: LexState;

  constructor(states: States, level: Level, term: Term, name: string, lex: LexState, tape: Tape) {
    super(undefined, states, level, tape);
    this.#term = term;
    this.#name = name;
    this.#lex = lex;
  }

  override get candidates(): readonly number[] {
    return LIKELY_FIRST;
  }

  override get wanted(): string | undefined {
    if (this.#lex !== IN_TEXT) return undefined;
    const { level, language } = this;
    const name = language
      .requiredNames(level)
      .find((required) => required.startsWith(this.#name) && !level.names.includes(required));
    return name === undefined ? undefined : JSON.stringify(name.slice(this.#name.length)).slice(1);
  }

  /** The rest of the name as far as there is one way on, and the colon behind it. */
  override forced(): Uint8Array {
    const { terms } = this.language;
    if (this.#lex !== IN_TEXT) return super.forced();
    let term = this.#term;
    for (let text = ''; ; ) {
      const [codePoint, other] = following(terms, term);
      if (term.nullable) return Buffer.from(codePoint === undefined ? `${text}":` : text);
      // A character that is not plain ASCII has several spellings.
      if (codePoint === undefined || other !== undefined || !isPlain(codePoint)) return Buffer.from(text);
      text += String.fromCodePoint(codePoint);
      term = step(terms, term, codePoint);
    }
  }

  protected step(byte: number): JsonState | undefined {
    const { language, states, level } = this;
    const { terms } = language;
    const lexed = lexString(this.#lex, byte);
    switch (lexed?.kind) {
      case undefined:
        return undefined;
      case 'end': {
        if (!this.#term.nullable) {
          return undefined;
        }
        const member = language.member(level, this.#name);
        return member.goals.length === 0 ? undefined : states.colon(member.level, member.goals, this.taped(byte));
      }
      case 'character': {
        const term = step(terms, this.#term, lexed.codePoint);
        return isAlive(terms, term)
          ? new InName(
              states,
              level,
              term,
              this.#name + String.fromCodePoint(lexed.codePoint),
              IN_TEXT,
              this.taped(byte),
            )
          : undefined;
      }
      case 'within':
        return lexed.ranges.some(([first, last]) => canFollow(terms, this.#term, first, last))
          ? states.nameText(level, this.#term, this.#name, lexed.state, this.taped(byte))
          : undefined;
    }
  }
}

/** The first two characters that can follow. */
function following(terms: TermFactory, term: Term): number[] {
  const found: number[] = [];
  const look = (first: number, last: number): void => {
    if (found.length > 1 || !canFollow(terms, term, first, last)) return;
    if (first === last) {
      found.push(first);
      return;
    }
    const middle = (first + last) >> 1;
    look(first, middle);
    look(middle + 1, last);
  };
  look(0, 0x10ffff);
  return found;
}

function isPlain(codePoint: number): boolean {
  return codePoint >= 0x20 && codePoint < 0x7f && codePoint !== 0x22 && codePoint !== 0x5c;
}

export class BeforeColon extends OpenState {
  readonly #goals: readonly Goal[];

  constructor(id: number | undefined, states: States, level: Level, goals: readonly Goal[], tape: Tape) {
    super(id, states, level, tape);
    this.#goals = goals;
  }

  protected step(byte: number): JsonState | undefined {
    return byte === 0x3a ? this.states.value(this.level, this.#goals, NO_SPACE, false, this.taped(byte)) : undefined;
  }
}

export class AfterValue extends OpenState {
  readonly #space: Space;

  constructor(id: number | undefined, states: States, level: Level, space: Space, tape: Tape) {
    super(id, states, level, tape);
    this.#space = space;
  }

  protected step(byte: number): JsonState | undefined {
    const { level, language, states } = this;
    const tape = this.taped(byte);
    if (byte === 0x2c) {
      // Space comes before a closing bracket only.
      if (this.#space !== NO_SPACE || !language.canContinue(level)) {
        return undefined;
      }
      if (level.kind === 'object') {
        return states.name(level, NO_SPACE, false, tape);
      }
      const next = language.level({ ...level, valueStart: tape?.length ?? 0 });
      return states.value(next, language.itemGoals(next), NO_SPACE, false, tape);
    }
    const space = spaceAfter(this.#space, byte, level.depth);
    if (space !== undefined) {
      return language.canEnd(level) ? states.afterValue(level, space, tape) : undefined;
    }
    return this.close(byte);
  }
}

export class AtEnd extends JsonState {
  override readonly isComplete = true;

  constructor(id: number | undefined) {
    super(id);
  }

  override get isOver(): boolean {
    return true;
  }

  protected step(): undefined {
    return undefined;
  }
}
