import type { NumberState } from '../numbers/NumberState.js';
import type { Term } from '../regex/Term.js';
import type { JsonLanguage } from './JsonLanguage.js';
import { JsonState } from './JsonState.js';
import type { Entry, Level } from './Level.js';
import type { States } from './States.js';

/** Bytes since the outermost array began whose elements are compared, one a character; `undefined` outside of such arrays. */
export type Tape = string | undefined;

export interface TextGoal {
  readonly term: Term;
  readonly parents: readonly Entry[];
}

export interface NumberGoal {
  readonly state: NumberState;
  readonly parents: readonly Entry[];
}

/** What all states but the last know. */
export abstract class OpenState extends JsonState {
  protected readonly states: States;
  protected readonly level: Level;
  protected readonly tape: Tape;

  constructor(id: number | undefined, states: States, level: Level, tape: Tape) {
    super(id);
    this.states = states;
    this.level = level;
    this.tape = tape;
  }

  override advance(byte: number): JsonState | undefined {
    this.language.startStep();
    return super.advance(byte);
  }

  protected get language(): JsonLanguage {
    return this.states.language;
  }

  protected taped(byte: number): Tape {
    return this.tape === undefined ? undefined : this.tape + String.fromCharCode(byte);
  }

  /** Closes the level, where it is one of this kind and may end. */
  protected close(byte: number): JsonState | undefined {
    const { level } = this;
    const fits = byte === 0x5d ? level.kind === 'array' : byte === 0x7d && level.kind === 'object';
    return fits && level.parent !== undefined && this.language.canEnd(level)
      ? this.states.ended(level.parent, this.language.ended(level), this.taped(byte))
      : undefined;
  }
}
