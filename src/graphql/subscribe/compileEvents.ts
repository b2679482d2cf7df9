import {
  type ExecutionArgs,
  type ExecutionResult,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  getArgumentValues,
  getNamedType,
  getOperationAST,
  getVariableValues,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsOf, selectedFields } from '../execution/selectedFields.js';

/** Gives the result for one event, or undefined where it takes the executor to say it: a failure, or work to wait for. */
export type CompiledEvents = (event: unknown) => ExecutionResult | undefined;

type Read = (source: unknown) => unknown;

/** Thrown where the executor has to be asked; never seen outside. */
const beyond = Symbol('beyond what is compiled');

/**
 * Works out once what does not change from event to event of a subscription: which fields of which type are asked for,
 * with which arguments. An event then costs the reading of its fields. Everything that is not a plain value read at
 * once (errors, nulls where none may be, promises) is left to the executor, whose results these are equal to.
 * Undefined when the operation can't be compiled at all.
 */
export function compileEvents(args: ExecutionArgs): CompiledEvents | undefined {
  try {
    const read = new Compiler(args).root();
    return (event) => {
      try {
        return { data: read(event) };
      } catch {
        // Resolvers are read again by the executor, which tells what went wrong.
        return undefined;
      }
    };
  } catch {
    return undefined;
  }
}

class Compiler {
  private readonly operation: OperationDefinitionNode;
  private readonly fragments: Record<string, FragmentDefinitionNode>;
  private readonly variables: Record<string, unknown>;

  constructor(private readonly args: ExecutionArgs) {
    const { schema, document, operationName, variableValues } = args;
    const operation = getOperationAST(document, operationName);
    if (operation == null) throw beyond;
    this.operation = operation;
    this.fragments = fragmentsOf(document);
    const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues ?? {});
    if (coerced === undefined) throw beyond;
    this.variables = coerced;
  }

  /** Reads the data of an event, which is the source of the one root field. */
  root(): (event: unknown) => Record<string, unknown> {
    const type = this.args.schema.getSubscriptionType();
    if (type == null) throw beyond;
    const [field, ...others] = this.fieldsOf(type, [this.operation.selectionSet]);
    if (field === undefined || others.length > 0) throw beyond;
    const [key, nodes] = field;
    const read = this.field(type, nodes);
    return (event) => ({ [key]: read(event) });
  }

  private fieldsOf(type: GraphQLObjectType, selections: readonly SelectionSetNode[]): [string, FieldNode[]][] {
    const { fragments, variables } = this;
    return [...selectedFields({ schema: this.args.schema, fragments, variables }, type, selections)];
  }

  private field(parentType: GraphQLObjectType, nodes: FieldNode[]): Read {
    const [node] = nodes;
    if (node === undefined) throw beyond;
    const fieldName = node.name.value;
    if (fieldName === '__typename') return () => parentType.name;
    const definition = parentType.getFields()[fieldName];
    if (definition === undefined) throw beyond;
    const info: GraphQLResolveInfo = {
      fieldName,
      fieldNodes: nodes,
      returnType: definition.type,
      parentType,
      path: { prev: undefined, key: (node.alias ?? node.name).value, typename: parentType.name },
      schema: this.args.schema,
      fragments: this.fragments,
      rootValue: undefined,
      operation: this.operation,
      variableValues: this.variables,
    };
    const complete = this.complete(definition.type, nodes, info);
    const { resolve } = definition;
    const values = getArgumentValues(definition, node, this.variables);
    const { contextValue } = this.args;
    if (resolve !== undefined) return (source) => complete(resolve(source, values, contextValue, info));
    return (source) => {
      const value: unknown = typeof source === 'object' && source !== null ? Reflect.get(source, fieldName) : undefined;
      if (typeof value === 'function') throw beyond;
      return complete(value);
    };
  }

  private complete(type: GraphQLOutputType, nodes: FieldNode[], info: GraphQLResolveInfo): Read {
    if (isNonNullType(type)) {
      const inner = this.complete(type.ofType, nodes, info);
      return (value) => {
        const completed = inner(value);
        if (completed === null) throw beyond;
        return completed;
      };
    }
    const read = this.completeSome(type, nodes, info);
    return (value) => {
      if (value == null) return null;
      if (value instanceof Error || isPromiseLike(value)) throw beyond;
      return read(value);
    };
  }

  /** Completes a value that is not null. */
  private completeSome(type: GraphQLOutputType, nodes: FieldNode[], info: GraphQLResolveInfo): Read {
    if (isListType(type)) {
      const item = this.complete(type.ofType, nodes, info);
      return (value) => {
        if (!Array.isArray(value)) throw beyond;
        return value.map(item);
      };
    }
    if (isLeafType(type)) {
      return (value) => {
        const serialized = type.serialize(value);
        if (serialized == null) throw beyond;
        return serialized;
      };
    }
    const selections = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    if (isObjectType(type)) {
      const { isTypeOf } = type;
      const read = this.object(type, selections);
      if (!isTypeOf) return read;
      return (value) => {
        if (isTypeOf(value, this.args.contextValue, info) !== true) throw beyond;
        return read(value);
      };
    }
    return this.abstract(type, selections, info);
  }

  private object(type: GraphQLObjectType, selections: readonly SelectionSetNode[]): Read {
    const fields = this.fieldsOf(type, selections).map(([key, nodes]) => ({ key, read: this.field(type, nodes) }));
    return (source) => {
      const data: Record<string, unknown> = {};
      for (const { key, read } of fields) data[key] = read(source);
      return data;
    };
  }

  /** Reads by the concrete type of each value; a type is compiled when it is first met. */
  private abstract(type: GraphQLOutputType, selections: readonly SelectionSetNode[], info: GraphQLResolveInfo): Read {
    const named = getNamedType(type);
    if (!isAbstractType(named) || !named.resolveType) throw beyond;
    const { resolveType } = named;
    const readers = new Map<string, Read>();
    return (value) => {
      const name = resolveType(value, this.args.contextValue, info, named);
      if (typeof name !== 'string') throw beyond;
      let read = readers.get(name);
      if (read === undefined) {
        const concrete = this.args.schema.getType(name);
        if (!isObjectType(concrete) || !this.args.schema.isSubType(named, concrete)) throw beyond;
        read = this.object(concrete, selections);
        readers.set(name, read);
      }
      return read(value);
    };
  }
}

function isPromiseLike(value: object | unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
