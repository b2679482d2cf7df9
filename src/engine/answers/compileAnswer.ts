import { compileJson, compileSchema } from './compileJson.js';
import { compileGrammar } from './grammar/GrammarMatcher.js';
import type { AnswerFormat, Matcher } from './Matcher.js';
import { compileChoices, compileRegex } from './TextMatcher.js';

/**
 * The state before the first byte of an answer in this format.
 *
 * Takes milliseconds for usual schemas; what is made to explode ends by limits, but may take longer: compile in a worker with a limit.
 * @throws SchemaError when the format can't be enforced, or allows no answer.
 */
export function compileAnswer(format: AnswerFormat): Matcher {
  switch (format.kind) {
    case 'json':
      return compileJson();
    case 'jsonSchema':
      return compileSchema(format.schema);
    case 'regex':
      return compileRegex(format.pattern);
    case 'choices':
      return compileChoices(format.choices);
    case 'grammar':
      return compileGrammar(format.grammar);
  }
}
