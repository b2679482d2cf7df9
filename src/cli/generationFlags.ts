import { type Command, InvalidArgumentError } from 'commander';
import type { GenerationOptions } from '../client/types.js';
import type { SpeakerOptions } from './Speaker.js';

/** What the commands that generate text have in common. */
export interface GenerationFlags extends SpeakerOptions {
  system?: string;
  maxTokens?: number;
  temperature?: number;
  seed?: number;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError('Write a whole number.');
  return Number(text);
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Write a number.');
  return value;
}

/** Adds the options that say who answers, and how. */
export function withGenerationFlags(command: Command): Command {
  return command
    .option(
      '--url <url>',
      'a running server (default: LLAMAHOME_URL, else the one of the home folder, else an own one)',
    )
    .option('--key <key>', 'API key or token for that server (default: LLAMAHOME_API_KEY)')
    .option('--model <model>', 'id or alias of a model (default: the one that Config says)')
    .option('--system <text>', 'instructions that go before the prompt')
    .option('--max-tokens <n>', 'tokens generated at most', wholeNumber)
    .option('--temperature <n>', 'from 0, always the likeliest token, to 2', number)
    .option('--seed <n>', 'equal seeds give equal text', wholeNumber);
}

/** Those of the flags that go with each prompt. */
export function generationOptions(flags: GenerationFlags): GenerationOptions {
  const { model, system, maxTokens, temperature, seed } = flags;
  return { model, system, maxTokens, temperature, seed };
}
