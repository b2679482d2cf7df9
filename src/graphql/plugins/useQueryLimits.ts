import { type DocumentNode, type GraphQLError, type GraphQLSchema, Lexer, Source, TokenKind } from 'graphql';
import { errorLimits, operationLimits } from '../../access/limits.js';
import type { Config } from '../../config/Config.js';
import { LlamaHomeError } from '../../errors/index.js';
import { excessesOf } from '../execution/documentCost.js';
import type { OperationArgs } from '../execution/OperationArgs.js';
import { generatedTokensOf } from '../execution/promptCost.js';
import { rootFieldsOf } from '../execution/rootFields.js';
import { toGraphQLError } from '../execution/toGraphQLError.js';
import type { GuardPlugin } from './GuardPlugin.js';

const { tokens, lines, generatedTokens } = operationLimits;

function tooComplex(what: string, cost: number | undefined, limit: number): GraphQLError {
  const found = cost === undefined ? '' : `, and this one has ${cost}`;
  const message = `An operation may have ${limit} ${what} at most${found}. Split it into several.`;
  return toGraphQLError(new LlamaHomeError('query_too_complex', message, { measure: what, cost: cost ?? null, limit }));
}

function tooManyLines(text: string): GraphQLError | undefined {
  const found = text.match(/\r\n|[\r\n]/g)?.length ?? 0;
  if (found <= lines) return undefined;
  const message = `A document may have ${lines} line breaks at most, and this one has ${found}. Send long texts as variables.`;
  return toGraphQLError(
    new LlamaHomeError('query_too_complex', message, { measure: 'line breaks', cost: found, limit: lines }),
  );
}

/** Whether a text that could not be parsed has more tokens than it may have. */
function hasTooManyTokens(text: string): boolean {
  const lexer = new Lexer(new Source(text));
  try {
    for (let found = 0; found <= tokens; found++) {
      if (lexer.advance().kind === TokenKind.EOF) return false;
    }
    return true;
  } catch {
    return false;
  }
}

const judged = new WeakMap<DocumentNode, readonly GraphQLError[]>();

function judge(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  const errors =
    judged.get(document) ??
    excessesOf(schema, document).map(({ what, found, limit }) => tooComplex(what, found, limit));
  judged.set(document, errors);
  return errors;
}

/**
 * Refuses operations that would take too much, with `query_too_complex`: lines and tokens while they are parsed, then depth, aliases
 * and cost before anything else of them is validated, and the tokens that their prompts may generate before they run.
 * Of one that is not valid, only the first errors are looked for.
 */
export function useQueryLimits(config: { readonly current: Config }): GuardPlugin {
  function tooManyGenerated(args: OperationArgs): GraphQLError | undefined {
    const { maxTokens } = config.current.modelSettings;
    const sum = rootFieldsOf(args).reduce((total, field) => total + generatedTokensOf(field, maxTokens), 0);
    return sum > generatedTokens
      ? tooComplex('tokens to generate (all prompts together)', sum, generatedTokens)
      : undefined;
  }

  return {
    onParse({ parseFn, setParseFn }) {
      setParseFn((source: string | Source, options) => {
        const text = typeof source === 'string' ? source : source.body;
        const refusal = tooManyLines(text);
        if (refusal !== undefined) throw refusal;
        try {
          return parseFn(source, { ...options, maxLexicalTokens: tokens });
        } catch (error) {
          // Values can be nested so deep that the parser runs out of stack.
          const isTooMuch = error instanceof RangeError || hasTooManyTokens(text);
          throw isTooMuch ? tooComplex('tokens', undefined, tokens) : error;
        }
      });
    },
    onValidate({ params: { schema, documentAST }, setResult, validateFn, setValidationFn }) {
      const errors = judge(schema, documentAST);
      if (errors.length > 0) return setResult(errors);
      // One more is GraphQL's, which says that there are others.
      const options = { maxErrors: errorLimits.errors - 1 };
      setValidationFn((of, document, rules) => validateFn(of, document, rules, options));
    },
    onExecute({ args, setResultAndStopExecution }) {
      const error = tooManyGenerated(args);
      if (error !== undefined) setResultAndStopExecution({ errors: [error] });
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const error = tooManyGenerated(args);
      if (error !== undefined) setResultAndStopExecution({ errors: [error] });
    },
  };
}
