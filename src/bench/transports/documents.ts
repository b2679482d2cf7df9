import type { Usage } from '../Job.js';
import type { BenchPrompt } from '../prompts.js';
import { AnswerError } from './Transport.js';

const ended = 'status error { code message } usage { promptTokens cachedTokens completionTokens }';
const events = `{
  __typename
  ... on PromptChunk { index text }
  ... on PromptCompleted { prompt { ${ended} } }
  ... on PromptFailed { error { code message } }
}`;

export const streamDocument = `subscription Bench($input: PromptInput!) { stream(input: $input) ${events} }`;
export const followDocument = `subscription BenchFollow($id: ID!) { promptEvents(id: $id) ${events} }`;
export const submitDocument = 'mutation BenchSubmit($input: PromptInput!) { submit(input: $input) { prompt { id } } }';
export const processDocument = `mutation BenchProcess($input: PromptInput!) { process(input: $input) { prompt { ${ended} } } }`;
export const batchDocument = `mutation BenchBatch($input: BatchInput!) { batch(input: $input) { prompts { ${ended} } } }`;
export const promptDocument =
  'query BenchPrompt($id: ID!) { prompt(id: $id) { status text timings { tokensPerSecond } usage { promptTokens cachedTokens completionTokens } } }';

/** Greedy: both sides of a comparison then do the same work. */
export function inputOf({ system, prompt, maxTokens }: BenchPrompt): Record<string, unknown> {
  return { prompt, maxTokens, temperature: 0, ...(system === undefined ? {} : { system }) };
}

export interface EndedPrompt {
  status: string;
  error: { code: string; message: string } | null;
  usage: Usage | null;
}

/** An event of `stream` and `promptEvents` as these documents select it. */
export type EventAnswer =
  | { __typename: 'PromptStarted' }
  | { __typename: 'PromptChunk'; index: number; text: string }
  | { __typename: 'PromptCompleted'; prompt: EndedPrompt }
  | { __typename: 'PromptFailed'; error: { code: string; message: string } };

interface ErrorAnswer {
  message: string;
  extensions?: { code?: string };
}

export interface GraphQLAnswer<Data> {
  data?: Data | null;
  errors?: readonly ErrorAnswer[];
}

/** The data of an answer. @throws AnswerError with the code of its first error */
export function dataOf<Data>({ data, errors }: GraphQLAnswer<Data>): Data {
  const [error] = errors ?? [];
  if (error !== undefined) throw new AnswerError(error.extensions?.code ?? 'UNKNOWN', error.message);
  if (data == null) throw new AnswerError('UNKNOWN', 'The answer has no data.');
  return data;
}

/** @throws AnswerError when the prompt did not complete */
export function usageOf({ status, error, usage }: EndedPrompt): Usage {
  if (status !== 'COMPLETED' || usage === null) throw new AnswerError(error?.code ?? status, error?.message ?? status);
  return usage;
}

/** Takes in one event: tells of text, gives the usage at the end. @throws AnswerError when the prompt failed */
export function takeEvent(event: EventAnswer, onText: () => void): Usage | undefined {
  switch (event.__typename) {
    case 'PromptStarted':
      return undefined;
    case 'PromptChunk':
      onText();
      return undefined;
    case 'PromptCompleted':
      return usageOf(event.prompt);
    case 'PromptFailed':
      throw new AnswerError(event.error.code, event.error.message);
  }
}
