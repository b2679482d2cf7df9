import { JsonLanguage } from './json/JsonLanguage.js';
import { startOf } from './json/States.js';
import type { Matcher } from './Matcher.js';
import { TermFactory } from './regex/TermFactory.js';
import { LimitError, SchemaError } from './SchemaError.js';
import type { JsonValue } from './schema/json.js';
import { SchemaReader } from './schema/SchemaReader.js';

/** A matcher of the JSON texts whose values satisfy the schema. @throws SchemaError */
export function compileSchema(schema: unknown): Matcher {
  try {
    const terms = new TermFactory();
    const { root, all } = new SchemaReader(schema as JsonValue, terms).read();
    const language = new JsonLanguage(terms);
    const node = language.demands.node(root);
    if (!language.satisfiability.node(node)) {
      throw new SchemaError({ path: '', keyword: '$schema', message: 'No value satisfies the schema.' });
    }
    for (const schema of all) {
      if (schema.oneOf !== undefined) {
        // Telling alternatives apart may be too much: that is told now, not in the middle of an answer.
        language.projector.check(language.demands.node(schema));
      }
    }
    return startOf(language, node);
  } catch (error) {
    if (error instanceof LimitError) {
      throw new SchemaError({ path: '', keyword: '$schema', message: error.message });
    }
    if (error instanceof RangeError) {
      // Constants may be nested so deeply that the stack ends.
      throw new SchemaError({ path: '', keyword: '$schema', message: 'The schema is nested too deeply.' });
    }
    throw error;
  }
}

/** A matcher of any JSON text. */
export function compileJson(): Matcher {
  const language = new JsonLanguage();
  return startOf(language, language.demands.nodes.true);
}
