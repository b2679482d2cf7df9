import type { Text } from './Text.js';
import { integerOf, isTrue, type Named, TemplateError, textOf, type Value } from './values.js';

/** The arguments of one call, by place or by name. */
export class Arguments {
  constructor(
    private readonly callee: string,
    readonly placed: readonly Value[],
    readonly named: Named,
  ) {}

  has(index: number, name?: string): boolean {
    return index < this.placed.length || (name !== undefined && this.named.has(name));
  }

  value(index: number, name?: string): Value {
    if (index < this.placed.length) return this.placed[index];
    return name === undefined ? undefined : this.named.get(name);
  }

  required(index: number, name?: string): Value {
    if (this.has(index, name)) return this.value(index, name);
    throw new TemplateError(`${this.callee} needs ${index + 1} argument${index === 0 ? '' : 's'}`);
  }

  text(index: number, name?: string): Text {
    return textOf(this.required(index, name), `an argument of ${this.callee}`);
  }

  optionalText(index: number, name?: string): Text | undefined {
    return this.value(index, name) == null ? undefined : this.text(index, name);
  }

  integer(index: number, name: string | undefined, otherwise: number): number {
    const value = this.value(index, name);
    return value == null ? otherwise : integerOf(value, `an argument of ${this.callee}`);
  }

  flag(index: number, name: string, otherwise = false): boolean {
    return this.has(index, name) ? isTrue(this.value(index, name)) : otherwise;
  }
}
