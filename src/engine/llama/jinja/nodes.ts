import { parse, tokenize } from '@huggingface/jinja';
import { filtersForTests } from './testArguments.js';

/** The syntax tree of `@huggingface/jinja` 0.5, of which the package exports the root's type only. */
export type Node =
  | { type: 'Program'; body: Node[] }
  | { type: 'Comment' | 'Break' | 'Continue' }
  | { type: 'If'; test: Node; body: Node[]; alternate: Node[] }
  | { type: 'For'; loopvar: Node; iterable: Node; body: Node[]; defaultBlock: Node[] }
  | { type: 'Set'; assignee: Node; value: Node | null; body: Node[] }
  | { type: 'Macro'; name: Identifier; args: Node[]; body: Node[] }
  | { type: 'CallStatement'; call: Call; callerArgs: Node[] | null; body: Node[] }
  | { type: 'FilterStatement'; filter: Identifier | Call; body: Node[] }
  | Identifier
  | Call
  | Expression;

export interface Identifier {
  type: 'Identifier';
  value: string;
}

export interface Call {
  type: 'CallExpression';
  callee: Node;
  args: Node[];
}

export type Expression =
  | { type: 'IntegerLiteral' | 'FloatLiteral'; value: number }
  | { type: 'StringLiteral'; value: string }
  | { type: 'ArrayLiteral' | 'TupleLiteral'; value: Node[] }
  | { type: 'ObjectLiteral'; value: Map<Node, Node> }
  | { type: 'MemberExpression'; object: Node; property: Node; computed: boolean }
  | { type: 'SliceExpression'; start?: Node; stop?: Node; step?: Node }
  | { type: 'BinaryExpression'; operator: { value: string }; left: Node; right: Node }
  | { type: 'UnaryExpression'; operator: { value: string }; argument: Node }
  | { type: 'FilterExpression'; operand: Node; filter: Identifier | Call }
  | { type: 'TestExpression'; operand: Node; negate: boolean; test: Identifier }
  | { type: 'Ternary'; condition: Node; trueExpr: Node; falseExpr: Node }
  | { type: 'SelectExpression'; lhs: Node; test: Node }
  | { type: 'KeywordArgumentExpression'; key: Identifier; value: Node }
  | { type: 'SpreadExpression' | 'KeywordSpreadExpression'; argument: Node };

export type NodeOf<Type extends Node['type']> = Extract<Node, { type: Type }>;

/** @throws Error naming what can't be read, for a template with a fault in its syntax */
export function parseTemplate(source: string): Node[] {
  // White space as the Transformers library has it in chat templates.
  const tokens = tokenize(source, { lstrip_blocks: true, trim_blocks: true });
  const program: { body: unknown[] } = parse(filtersForTests(tokens));
  // The marked border to the package's untyped part.
  return program.body as Node[];
}
