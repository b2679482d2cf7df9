import type { GrammarSymbol, Rule } from './Grammar.js';
import { grammarError } from './grammarError.js';

/** All rules that `root` reaches. */
function reached(root: Rule): Rule[] {
  const rules = new Set([root]);
  for (const rule of rules) {
    for (const symbol of rule.alternatives.flat()) {
      if (symbol.kind === 'rule') {
        rules.add(symbol.rule);
      }
    }
  }
  return [...rules];
}

/** The rules with an alternative all of whose symbols pass, found by going round until nothing changes. */
function closure(
  rules: readonly Rule[],
  passes: (symbol: GrammarSymbol, found: ReadonlySet<Rule>) => boolean,
): Set<Rule> {
  const found = new Set<Rule>();
  const users = new Map<Rule, Rule[]>();
  for (const rule of rules) {
    for (const symbol of rule.alternatives.flat()) {
      if (symbol.kind === 'rule') {
        users.set(symbol.rule, [...(users.get(symbol.rule) ?? []), rule]);
      }
    }
  }
  const open = [...rules];
  for (let rule = open.pop(); rule !== undefined; rule = open.pop()) {
    if (!found.has(rule) && rule.alternatives.some((symbols) => symbols.every((symbol) => passes(symbol, found)))) {
      found.add(rule);
      open.push(...(users.get(rule) ?? []));
    }
  }
  return found;
}

/**
 * Refuses left recursion and grammars without a text, and drops the alternatives that never come to an end, so that no state of an
 * answer is a dead end.
 */
export function checkGrammar(root: Rule): void {
  const rules = reached(root);
  const productive = closure(rules, (symbol, found) =>
    symbol.kind === 'chars' ? symbol.set.length > 0 : found.has(symbol.rule),
  );
  if (!productive.has(root)) {
    throw grammarError('No text ever completes the rule root.', root.line);
  }
  for (const rule of rules) {
    rule.alternatives = rule.alternatives.filter((symbols) =>
      symbols.every((symbol) => (symbol.kind === 'chars' ? symbol.set.length > 0 : productive.has(symbol.rule))),
    );
  }
  refuseLeftRecursion(reached(root));
}

function refuseLeftRecursion(rules: readonly Rule[]): void {
  const nullable = closure(rules, (symbol, found) => symbol.kind === 'rule' && found.has(symbol.rule));
  const first = (rule: Rule): Rule[] =>
    rule.alternatives.flatMap((symbols) => {
      const result: Rule[] = [];
      for (const symbol of symbols) {
        if (symbol.kind === 'chars') {
          break;
        }
        // A repetition of what may be empty begins with itself; the expansion of stacks ends there by itself.
        if (!(symbol.rule === rule && rule.isGenerated)) {
          result.push(symbol.rule);
        }
        if (!nullable.has(symbol.rule)) {
          break;
        }
      }
      return result;
    });
  const done = new Set<Rule>();
  for (const start of rules) {
    const path = new Set<Rule>();
    // Depth first without recursion: a chain of rules may be long.
    const stack: { rule: Rule; next: Rule[] }[] = [];
    const enter = (rule: Rule) => {
      if (path.has(rule)) {
        const named = [...path, rule].find((one) => !one.isGenerated) ?? rule;
        throw grammarError(`The rule ${named.name} is left-recursive.`, named.line);
      }
      if (!done.has(rule)) {
        path.add(rule);
        stack.push({ rule, next: first(rule) });
      }
    };
    enter(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.next.pop();
      if (next === undefined) {
        done.add(top.rule);
        path.delete(top.rule);
        stack.pop();
      } else {
        enter(next);
      }
    }
  }
}
