import { setTimeout as delay } from 'node:timers/promises';
import { followPrompt } from './followPrompt.js';
import type { Job, JobResult, PromptRecord, ScheduledPrompt, Target, Usage } from './Job.js';
import { createTransport } from './transports/createTransport.js';
import {
  batchDocument,
  dataOf,
  type EndedPrompt,
  type GraphQLAnswer,
  inputOf,
  processDocument,
  usageOf,
} from './transports/documents.js';
import { HttpClient } from './transports/HttpClient.js';
import { AnswerError } from './transports/Transport.js';

type Measured = Omit<JobResult, 'driverCpuSeconds'>;

/** Runs one job to its end. Prompts that fail are part of the result; what throws is a target that can't be reached. */
export async function runJob(target: Target, job: Job): Promise<JobResult> {
  const before = process.cpuUsage();
  const measured = await run(target, job);
  const { user, system } = process.cpuUsage(before);
  return { ...measured, driverCpuSeconds: (user + system) / 1e6 };
}

function run(target: Target, job: Job): Promise<Measured> {
  if (job.kind === 'queries') return runQueries(target, job);
  if (target.kind === 'graphql') throw new Error('this target takes queries only');
  if (job.kind === 'prompts') return runPrompts(target, job);
  if (target.kind !== 'llamahome') throw new Error(`a ${job.kind} job needs a LlamaHome server`);
  return job.kind === 'batch' ? runBatch(target, job) : followPrompt(target, job);
}

/** Runs prompts that have a time at that time, the others as soon as a client is free. */
async function runPrompts(
  target: Exclude<Target, { kind: 'graphql' }>,
  { clients, prompts }: Extract<Job, { kind: 'prompts' }>,
): Promise<Measured> {
  const transport = createTransport(target, clients);
  await transport.open(clients);
  try {
    const begun = performance.now();
    const records: PromptRecord[] = [];
    const send = async (prompt: ScheduledPrompt, client: number) => {
      records.push(await record(prompt.background ?? false, (onText) => transport.send(prompt, client, onText)));
    };
    const timed = prompts.filter(({ atMs }) => atMs !== undefined);
    const queue = prompts.filter(({ atMs }) => atMs === undefined);
    await Promise.all([
      ...timed.map(async (prompt, index) => {
        await delay(Math.max(0, begun + (prompt.atMs ?? 0) - performance.now()));
        await send(prompt, index);
      }),
      ...Array.from({ length: clients }, async (_, client) => {
        for (let prompt = queue.shift(); prompt !== undefined; prompt = queue.shift()) await send(prompt, client);
      }),
    ]);
    return { wallMs: performance.now() - begun, records };
  } finally {
    await transport.close();
  }
}

/** The same prompts as one `batch`, or as one `process` after the other. */
async function runBatch(
  { url, key }: Extract<Target, { kind: 'llamahome' }>,
  { prompts, oneByOne }: Extract<Job, { kind: 'batch' }>,
): Promise<Measured> {
  const http = new HttpClient(url, key, 1);
  await http.warm(1, '/healthz');
  try {
    const begun = performance.now();
    const records: PromptRecord[] = [];
    if (oneByOne) {
      for (const prompt of prompts) {
        const body = { query: processDocument, variables: { input: inputOf(prompt) } };
        const answer = async () =>
          usageOf(
            dataOf(await http.json<GraphQLAnswer<{ process: { prompt: EndedPrompt } }>>('/graphql', body)).process
              .prompt,
          );
        records.push(await record(false, answer));
      }
    } else {
      const body = { query: batchDocument, variables: { input: { prompts: prompts.map(inputOf) } } };
      const answer = http
        .json<GraphQLAnswer<{ batch: { prompts: EndedPrompt[] } }>>('/graphql', body)
        .then((whole) => dataOf(whole).batch.prompts);
      const each = prompts.map((_, index) =>
        record(false, async () => {
          const prompt = (await answer)[index];
          if (prompt === undefined) throw new AnswerError('UNKNOWN', 'A prompt is missing in the answer.');
          return usageOf(prompt);
        }),
      );
      records.push(...(await Promise.all(each)));
    }
    return { wallMs: performance.now() - begun, records };
  } finally {
    await http.close();
  }
}

async function runQueries(target: Target, { query, clients, seconds }: Extract<Job, { kind: 'queries' }>) {
  const http = new HttpClient(target.url, target.kind === 'graphql' ? null : target.key, clients);
  const body = { query };
  dataOf(await http.json<GraphQLAnswer<unknown>>('/graphql', body));
  try {
    const begun = performance.now();
    const end = begun + seconds * 1000;
    let answered = 0;
    await Promise.all(
      Array.from({ length: clients }, async () => {
        while (performance.now() < end) {
          dataOf(await http.json<GraphQLAnswer<unknown>>('/graphql', body));
          answered++;
        }
      }),
    );
    return { wallMs: performance.now() - begun, records: [], answered };
  } finally {
    await http.close();
  }
}

/** Times one prompt. */
async function record(background: boolean, send: (onText: () => void) => Promise<Usage>): Promise<PromptRecord> {
  const sentAt = performance.now();
  const gaps: number[] = [];
  let firstAt: number | null = null;
  let lastAt: number | null = null;
  const onText = () => {
    const now = performance.now();
    if (lastAt === null) firstAt = now;
    else gaps.push(now - lastAt);
    lastAt = now;
  };
  let usage: Usage = { promptTokens: 0, cachedTokens: 0, completionTokens: 0 };
  let error: string | null = null;
  try {
    usage = await send(onText);
  } catch (failure) {
    error = failure instanceof AnswerError ? failure.code : `CONNECTION: ${String(failure)}`;
  }
  return { background, sentAt, firstAt, lastAt, endedAt: performance.now(), gaps, ...usage, error };
}
