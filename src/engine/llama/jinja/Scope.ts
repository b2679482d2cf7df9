import type { Value } from './values.js';

/** Names that a template knows at some place: its own and those of the scopes around it. */
export class Scope {
  private readonly values = new Map<string, Value>();

  constructor(private readonly outer?: Scope) {}

  get(name: string): Value {
    if (this.values.has(name)) return this.values.get(name);
    return this.outer?.get(name);
  }

  set(name: string, value: Value): void {
    this.values.set(name, value);
  }
}
