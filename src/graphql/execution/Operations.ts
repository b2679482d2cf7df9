import type { GetEnvelopedFn } from '@envelop/core';
import { type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql';
import { type ErrorCode, errorCatalogue, LlamaHomeError } from '../../errors/index.js';
import type { GuardedContext } from '../plugins/GuardPlugin.js';

/** A document that knows the types of its result and variables, as `graphql-codegen` writes it. */
export interface TypedDocument<Result, Variables> {
  toString(): string;
  __apiType?: (variables: Variables) => Result;
}

/** An operation that is ready to run: parsed, validated, its caller known. */
export interface PreparedOperation {
  args: ExecutionArgs & { contextValue: GuardedContext };
  execute(args: ExecutionArgs): Promise<ExecutionResult>;
  subscribe(args: ExecutionArgs): Promise<AsyncIterable<ExecutionResult> | ExecutionResult>;
}

type Prepared = { errors: readonly GraphQLError[] } | { operation: PreparedOperation };

export interface OperationRequest {
  query: string;
  variables?: Record<string, unknown> | null | undefined;
  operationName?: string | null | undefined;
}

/**
 * Runs operations that did not come through Yoga's HTTP handling (REST, WebSocket) through the same plugins.
 * What the plugins learn of the caller, the Principal and its allowance, they leave in the context that was given.
 */
export class Operations {
  constructor(private readonly getEnveloped: GetEnvelopedFn<GuardedContext>) {}

  /** Parses, validates and finds out who is calling. Throws what the plugins throw. */
  async prepare({ query, variables, operationName }: OperationRequest, context: GuardedContext): Promise<Prepared> {
    const enveloped = this.getEnveloped(context);
    const document = enveloped.parse(query);
    const errors: readonly GraphQLError[] = enveloped.validate(enveloped.schema, document);
    if (errors.length > 0) return { errors };
    const contextValue: GuardedContext = await enveloped.contextFactory();
    return {
      operation: {
        args: { schema: enveloped.schema, document, contextValue, variableValues: variables, operationName },
        execute: async (args) => enveloped.execute(args),
        subscribe: async (args) => enveloped.subscribe(args),
      },
    };
  }

  /** Runs a query or mutation. Throws the LlamaHomeError that its first error stands for. */
  async execute<Result, Variables extends Record<string, unknown>>(
    document: TypedDocument<Result, Variables>,
    variables: Variables,
    context: GuardedContext,
  ): Promise<Result> {
    const { args, execute } = await this.prepared(document, variables, context);
    const result = await execute(args);
    context.rateLimit = args.contextValue.rateLimit;
    return dataOf<Result>(result);
  }

  /** Starts a subscription; its stream throws like `execute`. Returning from it ends the subscription. */
  async subscribe<Result, Variables extends Record<string, unknown>>(
    document: TypedDocument<Result, Variables>,
    variables: Variables,
    context: GuardedContext,
  ): Promise<AsyncIterator<Result, void>> {
    const { args, subscribe } = await this.prepared(document, variables, context);
    const result = await subscribe(args);
    context.rateLimit = args.contextValue.rateLimit;
    if (!(Symbol.asyncIterator in result)) {
      dataOf(result);
      throw new LlamaHomeError('internal_error', 'The subscription did not start.');
    }
    const events = result[Symbol.asyncIterator]();
    return {
      async next() {
        const step = await events.next();
        return step.done ? { done: true, value: undefined } : { done: false, value: dataOf<Result>(step.value) };
      },
      async return() {
        await events.return?.();
        return { done: true, value: undefined };
      },
    };
  }

  private async prepared<Result, Variables extends Record<string, unknown>>(
    document: TypedDocument<Result, Variables>,
    variables: Variables,
    context: GuardedContext,
  ): Promise<PreparedOperation> {
    try {
      const prepared = await this.prepare({ query: document.toString(), variables }, context);
      if ('operation' in prepared) return prepared.operation;
      throw toLlamaHomeError(prepared.errors);
    } catch (error) {
      throw error instanceof GraphQLError ? toLlamaHomeError([error]) : error;
    }
  }
}

function dataOf<Result>({ data, errors }: ExecutionResult): Result {
  if (errors !== undefined && errors.length > 0) throw toLlamaHomeError(errors);
  // The document's generated types say what its data is.
  return data as Result;
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalogue, code);
}

interface ErrorBody {
  code: string;
  message: string;
  details?: unknown;
}

/**
 * The service's error behind one that an operation told, which is its cause.
 * One without a code of the catalogue is about the request itself.
 */
export function fromErrorBody(
  { code, message, details }: ErrorBody,
  cause = new GraphQLError(message),
): LlamaHomeError {
  const known = code.toLowerCase();
  return new LlamaHomeError(
    isErrorCode(known) ? known : 'invalid_request',
    message,
    typeof details === 'object' && details !== null ? { ...details } : undefined,
    { cause },
  );
}

function toLlamaHomeError([error]: readonly GraphQLError[]): LlamaHomeError {
  const { message, extensions } = error ?? new GraphQLError('The request failed.');
  return fromErrorBody({ code: String(extensions.code ?? ''), message, details: extensions.details }, error);
}
