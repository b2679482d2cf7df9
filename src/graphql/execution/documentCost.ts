import { costLimitRule } from '@escape.tech/graphql-armor-cost-limit';
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import {
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  type ValidationRule,
  validate,
} from 'graphql';
import { operationLimits } from '../../access/limits.js';

/** A measure of a document that is over its limit. */
export interface Excess {
  what: string;
  found: number;
  limit: number;
}

/** Counts the names under which one value without arguments is asked for: it is maybe a long text, and repeated for each. */
function namesRule(onFound: (names: number) => void): ValidationRule {
  return (context) => {
    const names = new Map<string, Set<string>>();
    return {
      Field({ name, alias, arguments: given = [] }) {
        const parent = context.getParentType();
        const type = context.getType();
        if (alias === undefined || given.length > 0 || !parent || !type || !isLeafType(getNamedType(type))) return;
        const field = `${parent.name}.${name.value}`;
        names.set(field, (names.get(field) ?? new Set()).add(alias.value));
      },
      Document: {
        leave() {
          onFound(Math.max(0, ...[...names.values()].map(({ size }) => size)));
        },
      },
    };
  };
}

/**
 * What a document has too much of. The rules of graphql-armor are given no limit: what they found is data only for those
 * that accept it.
 */
export function excessesOf(schema: GraphQLSchema, document: DocumentNode): Excess[] {
  const { depth, aliases, cost, namesOfValue } = operationLimits;
  const excesses: Excess[] = [];
  const measuring = (what: string, limit: number) => (found: number) => {
    if (found > limit && !excesses.some((excess) => excess.what === what)) excesses.push({ what, found, limit });
  };
  const within = (compare: (found: number) => void) => ({
    onAccept: [(_context: unknown, { n }: { n: number }) => compare(n)],
  });
  validate(schema, document, [
    maxDepthRule({
      n: Number.POSITIVE_INFINITY,
      flattenFragments: true,
      ...within(measuring('levels of fields', depth)),
    }),
    maxAliasesRule({ n: Number.POSITIVE_INFINITY, ...within(measuring('aliases', aliases)) }),
    costLimitRule({
      maxCost: Number.POSITIVE_INFINITY,
      flattenFragments: true,
      ...within(measuring('points of cost', cost)),
    }),
    namesRule(measuring('names for one value', namesOfValue)),
  ]);
  return excesses;
}
