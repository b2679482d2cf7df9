import { costLimitRule } from '@escape.tech/graphql-armor-cost-limit';
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { type DocumentNode, type GraphQLError, type GraphQLSchema, type ValidationContext, validate } from 'graphql';
import { operationLimits } from '../../access/limits.js';
import type { Config } from '../../config/Config.js';
import { LlamaHomeError } from '../../errors/index.js';
import { toGraphQLError } from '../tellErrors.js';
import type { GuardPlugin } from './GuardPlugin.js';
import { generatedTokensOf } from './promptCost.js';
import { type OperationArgs, rootFieldsOf } from './rootFields.js';

function tooComplex(what: string, cost: number | undefined, limit: number): GraphQLError {
  const found = cost === undefined ? '' : `, and this one has ${cost}`;
  const message = `An operation may have ${limit} ${what} at most${found}. Split it into several.`;
  return toGraphQLError(new LlamaHomeError('query_too_complex', message, { measure: what, cost: cost ?? null, limit }));
}

/** Options of a graphql-armor rule that reports in our words. Its own error is the only place where it says what it found. */
function reporting(what: string, limit: number) {
  const report = (context: ValidationContext | null, { message }: GraphQLError) => {
    const found = /found (\d+(?:\.\d+)?)/.exec(message)?.[1];
    context?.reportError(tooComplex(what, found === undefined ? undefined : Number(found), limit));
  };
  return { onReject: [report], propagateOnRejection: false };
}

const { tokens, depth, aliases, cost, generatedTokens } = operationLimits;
const rules = [
  maxDepthRule({ n: depth, flattenFragments: true, ...reporting('levels of fields', depth) }),
  maxAliasesRule({ n: aliases, ...reporting('aliases', aliases) }),
  costLimitRule({ maxCost: cost, flattenFragments: true, ...reporting('points of cost', cost) }),
];

/** GraphQL's own limit on tokens, or values nested so deep that its parser ran out of stack. */
function isTooMuchToParse(error: unknown): boolean {
  if (error instanceof RangeError) return true;
  return error instanceof Error && /^Syntax Error: Document contains more tha[nt] \d+ tokens/.test(error.message);
}

const judged = new WeakMap<DocumentNode, readonly GraphQLError[]>();

function judge(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  const errors = judged.get(document) ?? validate(schema, document, rules);
  judged.set(document, errors);
  return errors;
}

/**
 * Refuses operations that would take too much, with `query_too_complex`: tokens while they are parsed, then depth, aliases and
 * cost before anything else of them is validated, and the tokens that their prompts may generate before they run.
 */
export function useQueryLimits(config: { readonly current: Config }): GuardPlugin {
  function tooManyGenerated(args: OperationArgs): GraphQLError | undefined {
    const { maxTokens } = config.current.modelSettings;
    const sum = rootFieldsOf(args).reduce((total, field) => total + generatedTokensOf(field, maxTokens), 0);
    return sum > generatedTokens
      ? tooComplex('tokens to generate (maxTokens of all prompts)', sum, generatedTokens)
      : undefined;
  }

  return {
    onParse({ parseFn, setParseFn }) {
      setParseFn((source, options) => {
        try {
          return parseFn(source, { ...options, maxLexicalTokens: tokens });
        } catch (error) {
          throw isTooMuchToParse(error) ? tooComplex('tokens', undefined, tokens) : error;
        }
      });
    },
    onValidate({ params: { schema, documentAST }, setResult }) {
      const errors = judge(schema, documentAST);
      if (errors.length > 0) setResult(errors);
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
