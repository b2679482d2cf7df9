import { fstatSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import { Command } from 'commander';
import type { GenerationResult } from '../client/types.js';
import { invalidRequest } from '../errors/index.js';
import { exitCodes } from './exitCodes.js';
import { type GenerationFlags, generationOptions, withGenerationFlags } from './generationFlags.js';
import { asker, prepareModel } from './prepareModel.js';
import { TextOutput } from './TextOutput.js';
import { WaitingNotice } from './WaitingNotice.js';

interface RunFlags extends GenerationFlags {
  json?: boolean;
}

/** Whether something was piped into this program. Of another kind, like the socket of a parent process, nobody knows when it ends. */
function isPiped(): boolean {
  const stdin = fstatSync(0);
  return stdin.isFIFO() || stdin.isFile();
}

async function readPrompt(words: readonly string[]): Promise<string> {
  const asked = words.join(' ');
  const piped = isPiped() || (asked === '' && !process.stdin.isTTY) ? (await readAll(process.stdin)).trimEnd() : '';
  const prompt = [asked, piped].filter((part) => part !== '').join('\n\n');
  if (prompt === '')
    throw invalidRequest('prompt', 'There is no prompt: write llamahome run "PROMPT", or pipe one in.');
  return prompt;
}

/** In the words of REST. */
function answerOf({ text, usage, model, created, id, finishReason }: GenerationResult) {
  const { promptTokens, completionTokens, totalTokens } = usage;
  return {
    text,
    usage: { prompt_tokens: promptTokens, completion_tokens: completionTokens, total_tokens: totalTokens },
    model,
    created,
    id,
    finish_reason: finishReason,
  };
}

async function run(words: string[], flags: RunFlags): Promise<void> {
  const prompt = await readPrompt(words);
  const stop = new AbortController();
  const output = new TextOutput(process.stdout, () => stop.abort());
  const say = (text: string) => void process.stderr.write(`${text}\n`);
  const tell = process.stderr.isTTY ? say : undefined;
  const interrupt = () => {
    process.exitCode = exitCodes.interrupted;
    tell?.('(Stopping; a second Ctrl-C stops at once.)');
    stop.abort();
  };
  const { findGenerator } = await import('./TextGenerator.js');
  const speaker = await findGenerator(flags, say);
  let waiting: WaitingNotice | undefined;
  try {
    const prepared = await prepareModel(speaker, { model: flags.model, pull: flags.pull, ask: asker() });
    // A server knows other names of its models itself, and says what they stand for.
    const model = speaker.own ? prepared?.id : flags.model;
    process.once('SIGINT', interrupt);
    waiting = new WaitingNotice(speaker, model, tell);
    const stream = speaker.stream(prompt, { ...generationOptions(flags), model, signal: stop.signal });
    let step = await stream.next();
    waiting.end();
    for (; !step.done; step = await stream.next()) if (!flags.json) await output.write(step.value.text);
    if (flags.json) await output.write(JSON.stringify(answerOf(step.value), undefined, 2));
    await output.endLine();
    if (step.value.finishReason === 'length' && process.stderr.isTTY) {
      process.stderr.write('(cut off here; --max-tokens allows more)\n');
    }
  } catch (error) {
    await output.endLine();
    if (!stop.signal.aborted) throw error;
  } finally {
    waiting?.end();
    process.off('SIGINT', interrupt);
    await speaker.close();
  }
}

/** `llamahome run [prompt]` */
export function runCommand(): Command {
  return withGenerationFlags(new Command('run'))
    .description(
      'generate one text: the prompt is what is written here, what is piped in, or both; the text goes to standard output',
    )
    .argument('[prompt...]', 'what to ask')
    .option('--json', 'as JSON, with usage, model and id')
    .action(run);
}
