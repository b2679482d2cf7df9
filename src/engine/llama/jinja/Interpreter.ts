import { Arguments } from './Arguments.js';
import { type FilterContext, filters } from './filters.js';
import { member } from './members.js';
import type { Call, Identifier, Node, NodeOf } from './nodes.js';
import { operators } from './operators.js';
import { toText } from './printing.js';
import { Scope } from './Scope.js';
import { Text } from './Text.js';
import { testPrefix } from './testArguments.js';
import { test } from './tests.js';
import {
  Callable,
  dictOf,
  Float,
  isDict,
  isList,
  isTrue,
  itemsOf,
  Namespace,
  numberOf,
  numeric,
  sliceOf,
  TemplateError,
  Tuple,
  text,
  toKey,
  tupleOf,
  typeName,
  type Value,
} from './values.js';

/** How a statement ended: a loop looks at it. */
type Flow = 'next' | 'break' | 'continue';

const statements = new Set<Node['type']>([
  ...(['Break', 'CallStatement', 'Comment', 'Continue'] as const),
  ...(['FilterStatement', 'For', 'If', 'Macro', 'Set'] as const),
]);

/**
 * Runs the statements of a chat template as Jinja2 does. The library that parses templates has an interpreter too; this
 * one stands in its place because of what that leaves out (keys that are integers, arguments of `strip`, undefined
 * values in loops), and because texts must keep where they come from.
 */
export class Interpreter implements FilterContext {
  /** @param scope what the template finds */
  run(body: readonly Node[], scope: Scope): Text {
    const out: Text[] = [];
    this.block(body, scope, out);
    return Text.join(out);
  }

  member(object: Value, name: Value): Value {
    return member(object, name, false);
  }

  filter(name: string, value: Value, args: Arguments): Value {
    if (name.startsWith(testPrefix)) {
      const [, negation, test] = /^is (not )?(.*)$/.exec(name) ?? [];
      return this.test(test ?? '', value, args.placed) === (negation === undefined);
    }
    const filter = Object.hasOwn(filters, name) ? filters[name] : undefined;
    if (filter === undefined) throw new TemplateError(`there is no filter named "${name}"`);
    return filter(value, args, this);
  }

  test(name: string, value: Value, args: readonly Value[]): boolean {
    return test(name, value, args);
  }

  arguments(callee: string, placed: readonly Value[], named: Arguments['named'] = new Map()): Arguments {
    return new Arguments(callee, placed, named);
  }

  private block(body: readonly Node[], scope: Scope, out: Text[]): Flow {
    for (const node of body) {
      const flow = statements.has(node.type) ? this.statement(node, scope, out) : this.print(node, scope, out);
      if (flow !== 'next') return flow;
    }
    return 'next';
  }

  private print(node: Node, scope: Scope, out: Text[]): Flow {
    out.push(toText(this.evaluate(node, scope)));
    return 'next';
  }

  private statement(node: Node, scope: Scope, out: Text[]): Flow {
    switch (node.type) {
      case 'If':
        return this.block(isTrue(this.evaluate(node.test, scope)) ? node.body : node.alternate, scope, out);
      case 'For':
        this.loop(node, scope, out);
        return 'next';
      case 'Set':
        this.assign(
          node.assignee,
          node.value === null ? this.run(node.body, new Scope(scope)) : this.evaluate(node.value, scope),
          scope,
        );
        return 'next';
      case 'Macro':
        scope.set(node.name.value, this.macro(node.name.value, node.args, node.body, scope));
        return 'next';
      case 'CallStatement':
        out.push(toText(this.callBlock(node, scope)));
        return 'next';
      case 'FilterStatement':
        out.push(toText(this.applyFilter(this.run(node.body, new Scope(scope)), node.filter, scope)));
        return 'next';
      case 'Break':
        return 'break';
      case 'Continue':
        return 'continue';
      default:
        return 'next';
    }
  }

  private loop(node: NodeOf<'For'>, scope: Scope, out: Text[]): void {
    const { iterable } = node;
    const isFiltered = iterable.type === 'SelectExpression';
    const all = itemsOf(this.evaluate(isFiltered ? iterable.lhs : iterable, scope));
    const items = isFiltered
      ? all.filter((item) => {
          const inner = new Scope(scope);
          this.assign(node.loopvar, item, inner);
          return isTrue(this.evaluate(iterable.test, inner));
        })
      : all;
    if (items.length === 0) {
      this.block(node.defaultBlock, new Scope(scope), out);
      return;
    }
    let last: readonly Value[] | undefined;
    const changed = new Callable('changed', (values) => {
      const before = last;
      last = values;
      return before === undefined || !isTrue(operators['==']?.([...before], [...values]));
    });
    for (const [index, item] of items.entries()) {
      const inner = new Scope(scope);
      this.assign(node.loopvar, item, inner);
      inner.set('loop', loopValue(items, index, changed));
      if (this.block(node.body, inner, out) === 'break') return;
    }
  }

  private assign(target: Node, value: Value, scope: Scope): void {
    if (target.type === 'Identifier') {
      scope.set(target.value, value);
    } else if (target.type === 'TupleLiteral' || target.type === 'ArrayLiteral') {
      const items = itemsOf(value);
      if (items.length !== target.value.length) {
        throw new TemplateError(`${target.value.length} names were given for ${items.length} values`);
      }
      for (const [index, part] of target.value.entries()) this.assign(part, items[index], scope);
    } else if (target.type === 'MemberExpression' && !target.computed && target.property.type === 'Identifier') {
      const object = this.evaluate(target.object, scope);
      if (!(object instanceof Namespace)) throw new TemplateError('only attributes of a namespace can be set');
      object.attributes.set(target.property.value, value);
    } else {
      throw new TemplateError('this can not be set');
    }
  }

  private macro(name: string, parameters: readonly Node[], body: readonly Node[], scope: Scope): Callable {
    return new Callable(name, (placed, named) => {
      const inner = new Scope(scope);
      const extra = new Map(named);
      extra.delete('caller');
      inner.set('caller', named.get('caller'));
      for (const [index, parameter] of parameters.entries()) {
        const key =
          parameter.type === 'KeywordArgumentExpression' ? parameter.key.value : (parameter as Identifier).value;
        if (index < placed.length) inner.set(key, placed[index]);
        else if (named.has(key)) inner.set(key, named.get(key));
        else
          inner.set(
            key,
            parameter.type === 'KeywordArgumentExpression' ? this.evaluate(parameter.value, inner) : undefined,
          );
        extra.delete(key);
      }
      inner.set('varargs', tupleOf(...placed.slice(parameters.length)));
      inner.set('kwargs', dictOf(extra));
      return this.run(body, inner);
    });
  }

  private callBlock({ call, callerArgs, body }: NodeOf<'CallStatement'>, scope: Scope): Value {
    const { placed, named } = this.callArguments(call.args, scope);
    named.set('caller', this.macro('caller', callerArgs ?? [], body, scope));
    return invoke(this.evaluate(call.callee, scope), placed, named, call.callee);
  }

  private callArguments(args: readonly Node[], scope: Scope) {
    const placed: Value[] = [];
    const named = new Map<string, Value>();
    for (const arg of args) {
      if (arg.type === 'KeywordArgumentExpression') named.set(arg.key.value, this.evaluate(arg.value, scope));
      else if (arg.type === 'SpreadExpression') placed.push(...itemsOf(this.evaluate(arg.argument, scope)));
      else if (arg.type === 'KeywordSpreadExpression') {
        const more = this.evaluate(arg.argument, scope);
        if (isDict(more)) for (const [key, value] of more) named.set(String(key), value);
      } else placed.push(this.evaluate(arg, scope));
    }
    return { placed, named };
  }

  private applyFilter(value: Value, filter: Identifier | Call, scope: Scope): Value {
    const callee = filter.type === 'Identifier' ? filter : filter.callee;
    if (callee.type !== 'Identifier') throw new TemplateError('a filter must be a name');
    const { placed, named } = this.callArguments(filter.type === 'Identifier' ? [] : filter.args, scope);
    return this.filter(callee.value, value, new Arguments(callee.value, placed, named));
  }

  private evaluate(node: Node, scope: Scope): Value {
    switch (node.type) {
      case 'StringLiteral':
        return text(node.value);
      case 'IntegerLiteral':
        return node.value;
      case 'FloatLiteral':
        return new Float(node.value);
      case 'ArrayLiteral':
        return node.value.map((item) => this.evaluate(item, scope));
      case 'TupleLiteral':
        return tupleOf(...node.value.map((item) => this.evaluate(item, scope)));
      case 'ObjectLiteral':
        return new Map(
          [...node.value].map(([key, value]) => [toKey(this.evaluate(key, scope)), this.evaluate(value, scope)]),
        );
      case 'Identifier':
        return scope.get(node.value);
      case 'MemberExpression':
        return this.memberOf(node, scope);
      case 'CallExpression': {
        const { placed, named } = this.callArguments(node.args, scope);
        return invoke(this.evaluate(node.callee, scope), placed, named, node.callee);
      }
      case 'FilterExpression':
        return this.applyFilter(this.evaluate(node.operand, scope), node.filter, scope);
      case 'TestExpression':
        return this.test(node.test.value, this.evaluate(node.operand, scope), []) !== node.negate;
      case 'Ternary':
        return this.evaluate(isTrue(this.evaluate(node.condition, scope)) ? node.trueExpr : node.falseExpr, scope);
      case 'SelectExpression':
        return isTrue(this.evaluate(node.test, scope)) ? this.evaluate(node.lhs, scope) : undefined;
      case 'UnaryExpression':
        return this.unary(node.operator.value, this.evaluate(node.argument, scope));
      case 'BinaryExpression':
        return this.binary(node, scope);
      default:
        throw new TemplateError(`${node.type} is not known here`);
    }
  }

  private memberOf({ object, property, computed }: NodeOf<'MemberExpression'>, scope: Scope): Value {
    const value = this.evaluate(object, scope);
    if (property.type === 'SliceExpression') {
      const { start, stop, step } = property;
      const [from, to, by] = [start, stop, step].map((bound) =>
        bound === undefined ? undefined : this.evaluate(bound, scope),
      );
      if (value instanceof Text) return Text.join(sliceOf(value.characters(), from, to, by));
      if (isList(value))
        return value instanceof Tuple ? tupleOf(...sliceOf(value, from, to, by)) : sliceOf(value, from, to, by);
      throw new TemplateError(`${typeName(value)} can not be sliced`);
    }
    const name = !computed && property.type === 'Identifier' ? text(property.value) : this.evaluate(property, scope);
    return member(value, name, !computed);
  }

  private unary(operator: string, value: Value): Value {
    if (operator === 'not') return !isTrue(value);
    const number = numberOf(value);
    if (number === undefined) throw new TemplateError(`${operator} of ${typeName(value)} has no meaning`);
    return numeric(operator === '-' ? -number : number, value);
  }

  private binary({ operator, left, right }: NodeOf<'BinaryExpression'>, scope: Scope): Value {
    const first = this.evaluate(left, scope);
    if (operator.value === 'and') return isTrue(first) ? this.evaluate(right, scope) : first;
    if (operator.value === 'or') return isTrue(first) ? first : this.evaluate(right, scope);
    const apply = operators[operator.value];
    if (apply === undefined) throw new TemplateError(`the operator ${operator.value} is not known here`);
    return apply(first, this.evaluate(right, scope));
  }
}

function invoke(callee: Value, placed: readonly Value[], named: Map<string, Value>, node: Node): Value {
  if (callee instanceof Callable) return callee.call(placed, named);
  const name = node.type === 'Identifier' ? node.value : 'this';
  throw new TemplateError(`${name} is ${typeName(callee)} and can not be called`);
}

/** What a template finds as `loop`. */
function loopValue(items: readonly Value[], index: number, changed: Callable): Value {
  const { length } = items;
  return dictOf([
    ['index', index + 1],
    ['index0', index],
    ['revindex', length - index],
    ['revindex0', length - index - 1],
    ['first', index === 0],
    ['last', index === length - 1],
    ['length', length],
    ['depth', 1],
    ['depth0', 0],
    ['previtem', items[index - 1]],
    ['nextitem', items[index + 1]],
    ['cycle', new Callable('cycle', (values) => values[index % Math.max(1, values.length)])],
    ['changed', changed],
  ]);
}
