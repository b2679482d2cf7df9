import { type DocumentNode, print } from 'graphql';
import type { APIError } from './APIError.js';
import { refused } from './checkArguments.js';
import { ConnectionError } from './errors.js';
import { isRecord, readGraphQLError, toAPIError } from './toAPIError.js';
import type { CallOptions } from './types.js';

/**
 * A document that knows the types of its result and variables, as graphql-codegen's client preset writes it: a
 * TypedDocumentString or a TypedDocumentNode.
 */
export interface TypedDocument<Result, Variables> {
  readonly __apiType?: ((variables: Variables) => Result) | undefined;
}

/** Anything that says which operation to run. */
export type OperationDocument<Result, Variables> = TypedDocument<Result, Variables> | DocumentNode | string;

/** What follows a document in a call; variables may be left out where the operation needs none. */
export type OperationArguments<Variables> =
  Record<string, never> extends Variables
    ? [variables?: Variables, options?: CallOptions]
    : [variables: Variables, options?: CallOptions];

/** The text of a document. */
export function documentText(document: OperationDocument<unknown, never>): string {
  try {
    if (isDocumentNode(document)) return print(document);
    if (typeof document === 'string' || (typeof document === 'object' && document !== null)) return String(document);
  } catch (cause) {
    throw refused('document', 'document must be a document of GraphQL that can be printed.', cause);
  }
  throw refused('document', 'document must be a document of GraphQL: a text, or what graphql-codegen makes of one.');
}

function isDocumentNode(document: unknown): document is DocumentNode {
  return isRecord(document) && document.kind === 'Document' && Array.isArray(document.definitions);
}

/** The data of a GraphQL result. @throws APIError for its first error, ConnectionError when it is no result */
export function dataOf<Result>(result: unknown, requestId?: string): Result {
  const told = isRecord(result) ? readGraphQLError(result.errors) : undefined;
  if (told !== undefined) throw toAPIError(told, 400, requestId);
  if (!isRecord(result) || !isRecord(result.data)) {
    const message = 'The answer is no result of GraphQL: is this a LlamaHome server?';
    throw new ConnectionError(message, 'unexpected_answer', 200, {}, requestId);
  }
  // The document's types say what its data is.
  return result.data as Result;
}

/** GraphQL errors of a subscription. */
export function errorOf(errors: unknown): APIError | undefined {
  const told = readGraphQLError(errors);
  return told === undefined ? undefined : toAPIError(told, 400);
}

/**
 * Whether an operation may be sent again when it is not known what became of it: a query always, a mutation when its
 * input has an idempotency key.
 */
export function isRepeatable(text: string, variables: unknown): boolean {
  const withoutComments = text.replaceAll(/#[^\n]*/g, '');
  if (!/(^|[\s})])mutation\b/.test(withoutComments)) return true;
  const input = isRecord(variables) ? variables.input : undefined;
  return isRecord(input) && typeof input.idempotencyKey === 'string';
}
