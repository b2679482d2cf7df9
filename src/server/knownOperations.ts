import * as documents from '../rest/documents.js';

/** The names of the operations that the REST routes run: they are told apart in metrics whatever other names clients choose. */
export const knownOperations: readonly string[] = Object.values(documents).flatMap(
  (document) => /^\s*(?:query|mutation|subscription)\s+(\w+)/.exec(document.toString())?.[1] ?? [],
);
