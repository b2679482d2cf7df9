import { globalScope } from './globals.js';
import { Interpreter } from './Interpreter.js';
import { type Node, parseTemplate } from './nodes.js';
import type { Text } from './Text.js';
import type { Value } from './values.js';

/** A chat template, read once and rendered often. */
export class Template {
  private readonly body: readonly Node[];

  /** @throws Error for a fault in its syntax */
  constructor(source: string) {
    this.body = parseTemplate(source);
  }

  /** @throws Error when the template refuses the variables, or is not made for them */
  render(variables: Readonly<Record<string, Value>>): Text {
    const scope = globalScope();
    for (const [name, value] of Object.entries(variables)) scope.set(name, value);
    return new Interpreter().run(this.body, scope);
  }
}
