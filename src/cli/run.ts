import { fstatSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import { Command } from 'commander';
import type { GenerationResult } from '../client/types.js';
import { invalidRequest } from '../errors/index.js';
import { type GenerationFlags, generationOptions, withGenerationFlags } from './generationFlags.js';
import { TextOutput } from './TextOutput.js';

interface RunFlags extends GenerationFlags {
  json?: boolean;
}

/** As a shell tells of a program that Ctrl-C has ended. */
const exitInterrupted = 130;

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
  const interrupt = () => {
    process.exitCode = exitInterrupted;
    stop.abort();
  };
  process.once('SIGINT', interrupt);
  const { findSpeaker } = await import('./Speaker.js');
  const speaker = await findSpeaker(flags);
  try {
    const stream = speaker.stream(prompt, { ...generationOptions(flags), signal: stop.signal });
    let step = await stream.next();
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
