import type { Term } from '../regex/Term.js';
import type { JsonValue } from '../schema/json.js';
import type { Node } from '../schema/literals.js';
import { type JsonLanguage, SharedTable } from './JsonLanguage.js';
import type { JsonState } from './JsonState.js';
import type { Entry, Goal, Level } from './Level.js';
import type { LexState } from './lexString.js';
import { AfterValue, AtEnd, BeforeColon, BeforeName, InName } from './memberStates.js';
import type { NumberGoal, Tape, TextGoal } from './OpenState.js';
import { MAX_INDENT, NO_SPACE, type Space } from './space.js';
import { BeforeValue, InNumber, InText, InWord } from './valueStates.js';

const parentIds = (parents: readonly Entry[]) => parents.map((entry) => entry.id).join();

/** Makes the states of one language; states without a tape are made once. */
export class States {
  readonly language: JsonLanguage;
  readonly #shared = new SharedTable<JsonState>();

  constructor(language: JsonLanguage) {
    this.language = language;
  }

  #state(tape: Tape, key: string, make: (maskKey: number | undefined) => JsonState): JsonState {
    return tape === undefined ? this.#shared.get(key, () => make(this.language.nextId())) : make(undefined);
  }

  /** Before a value: `mayEnd` in an array without elements so far. */
  value(level: Level, goals: readonly Goal[], space: Space, mayEnd: boolean, tape: Tape): JsonState {
    const key = `v${level.id} ${goals.map(({ node, parents }) => `${node.id}<${parentIds(parents)}`).join(';')} ${space} ${mayEnd}`;
    return this.#state(tape, key, (id) => new BeforeValue(id, this, level, goals, space, mayEnd, tape));
  }

  name(level: Level, space: Space, mayEnd: boolean, tape: Tape): JsonState {
    return this.#state(
      tape,
      `n${level.id} ${space} ${mayEnd}`,
      (id) => new BeforeName(id, this, level, space, mayEnd, tape),
    );
  }

  text(level: Level, goals: readonly TextGoal[], lex: LexState, tape: Tape): JsonState {
    const key = `s${level.id} ${goals.map(({ term, parents }) => `${term.id}<${parentIds(parents)}`).join(';')} ${lex.id}`;
    return this.#state(tape, key, (id) => new InText(id, this, level, goals, lex, tape));
  }

  number(level: Level, goals: readonly NumberGoal[], tape: Tape): JsonState {
    const key = `d${level.id} ${goals.map(({ state, parents }) => `${state.id}<${parentIds(parents)}`).join(';')}`;
    return this.#state(tape, key, (id) => new InNumber(id, this, level, goals, tape));
  }

  word(level: Level, word: string, parents: readonly Entry[], tape: Tape): JsonState {
    return this.#state(
      tape,
      `w${level.id} ${word} ${parentIds(parents)}`,
      (id) => new InWord(id, this, level, word, parents, tape),
    );
  }

  colon(level: Level, goals: readonly Goal[], tape: Tape): JsonState {
    return new BeforeColon(undefined, this, level, goals, tape);
  }

  /** After a value of the level, which ended as something that leads to these entries. */
  ended(level: Level, entries: readonly Entry[], tape: Tape): JsonState | undefined {
    if (entries.length === 0) {
      return undefined;
    }
    if (level.kind === 'root') {
      return this.#state(undefined, 'end', (id) => new AtEnd(id));
    }
    const value = level.keepsValues && tape !== undefined ? parsedValue(tape.slice(level.valueStart)) : undefined;
    const after = this.language.afterValue(level, entries, value);
    return after && this.afterValue(after, NO_SPACE, level.keepsText ? tape : undefined);
  }

  afterValue(level: Level, space: Space, tape: Tape): JsonState {
    return this.#state(tape, `a${level.id} ${space}`, (id) => new AfterValue(id, this, level, space, tape));
  }

  /** Within a name, which is kept as it is read: such states are not shared. */
  nameText(level: Level, term: Term, name: string, lex: LexState, tape: Tape): JsonState {
    return new InName(this, level, term, name, lex, tape);
  }
}

function parsedValue(bytes: string): JsonValue {
  return JSON.parse(Buffer.from(bytes, 'latin1').toString('utf8'));
}

/** The state before the first byte of a value that satisfies the node. */
export function startOf(language: JsonLanguage, node: Node): JsonState {
  const states = new States(language);
  const root = language.root();
  return states.value(root, [{ node, parents: root.entries }], MAX_INDENT, false, undefined);
}
