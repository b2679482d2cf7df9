import type { Client } from 'graphql-ws';
import type { TypedDocumentString } from './generated/graphql.js';
import type { GraphQLErrorAnswer } from './startTestServer.js';

/** Lines of an answer as they come in. */
export async function* linesOf(response: Response): AsyncGenerator<string, void, void> {
  if (response.body === null) return;
  let rest = '';
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/** The objects of an NDJSON answer. */
export async function* ndjson(response: Response): AsyncGenerator<Record<string, unknown>, void, void> {
  for await (const line of linesOf(response)) if (line !== '') yield JSON.parse(line);
}

export interface ServerSentEvent {
  event: string;
  id: string | undefined;
  data: string;
}

/** The events of an SSE answer, comments left out. */
export async function* serverSentEvents(response: Response): AsyncGenerator<ServerSentEvent, void, void> {
  let fields: Record<string, string> = {};
  for await (const line of linesOf(response)) {
    if (line === '') {
      if (fields.data !== undefined) yield { event: fields.event ?? 'message', id: fields.id, data: fields.data };
      fields = {};
      continue;
    }
    const colon = line.indexOf(':');
    if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 1).trimStart();
  }
}

export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** The first thing a stream says; the stream goes on. */
export async function first<Item>(items: AsyncIterator<Item>): Promise<Item> {
  const step = await items.next();
  if (step.done) throw new Error('the stream ended');
  return step.value;
}

/** What refused an operation over a socket. */
export class Refused extends Error {
  constructor(readonly errors: readonly GraphQLErrorAnswer[]) {
    super(JSON.stringify(errors));
  }
}

/** The results of an operation over a socket; a refusal of any kind is thrown as Refused. Leaving it sends `complete`. */
export async function* over<Result, Variables extends Record<string, unknown>>(
  client: Client,
  document: TypedDocumentString<Result, Variables> | string,
  variables?: Variables,
): AsyncGenerator<Result, void, void> {
  const results = client.iterate<Result>({ query: document.toString(), variables });
  try {
    for await (const { data, errors } of results) {
      if (errors !== undefined) throw new Refused(errors as unknown as GraphQLErrorAnswer[]);
      if (data != null) yield data;
    }
  } catch (error) {
    if (Array.isArray(error)) throw new Refused(error);
    throw error;
  }
}
