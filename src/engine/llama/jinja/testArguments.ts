import type { tokenize } from '@huggingface/jinja';

type Token = ReturnType<typeof tokenize>[number];

/** What a filter is called that stands for a test with arguments. */
export const testPrefix = 'is ';
const operands = new Set(['StringLiteral', 'NumericLiteral', 'Identifier']);
/** Words that go on with the expression and are no argument. */
const words = new Set(['and', 'or', 'not', 'else', 'if', 'in', 'is', 'recursive']);
const closing: Partial<Record<Token['type'], Token['type']>> = {
  OpenParen: 'CloseParen',
  OpenSquareBracket: 'CloseSquareBracket',
  OpenCurlyBracket: 'CloseCurlyBracket',
};

/** Where the brackets that open at a place close. */
function endOf(tokens: readonly Token[], start: number): number {
  const [open, close] = [tokens[start]?.type, closing[tokens[start]?.type ?? 'Text']];
  let depth = 0;
  for (let at = start; at < tokens.length; at++) {
    if (tokens[at]?.type === open) depth++;
    if (tokens[at]?.type === close && --depth === 0) return at;
  }
  return start;
}

/** How many tokens are the argument of a test that begins at a place; 0 when it has none. */
function argumentLength(tokens: readonly Token[], start: number): number {
  const token = tokens[start];
  if (token === undefined) return 0;
  if (closing[token.type] !== undefined) return endOf(tokens, start) - start + 1;
  return operands.has(token.type) && !words.has(token.value) ? 1 : 0;
}

/**
 * Writes tests that have arguments (`x is divisibleby(2)`, `x is not in [1, 2]`), which the parser does not know, as
 * filters, which bind as they do.
 */
export function filtersForTests(tokens: readonly Token[]): Token[] {
  const written: Token[] = [];
  const token = (value: string, type: Token['type']): Token => ({ value, type });
  for (let at = 0; at < tokens.length; at++) {
    const current = tokens[at];
    if (current === undefined) break;
    const isTest = current.type === 'Identifier' && current.value === 'is' && tokens[at - 1]?.type !== 'Dot';
    const negation = tokens[at + 1]?.value === 'not' ? 'not ' : '';
    const place = at + (negation === '' ? 1 : 2);
    const length = isTest && tokens[place]?.type === 'Identifier' ? argumentLength(tokens, place + 1) : 0;
    if (length === 0) {
      written.push(current);
      continue;
    }
    const args = filtersForTests(tokens.slice(place + 1, place + 1 + length));
    written.push(token('|', 'Pipe'), token(`${testPrefix}${negation}${tokens[place]?.value}`, 'Identifier'));
    if (args[0]?.type === 'OpenParen') written.push(...args);
    else written.push(token('(', 'OpenParen'), ...args, token(')', 'CloseParen'));
    at = place + length;
  }
  return written;
}
