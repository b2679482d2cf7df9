import { type Command, InvalidArgumentError } from 'commander';
import type { GenerationOptions } from '../client/types.js';
import { type ServerFlags, withServerFlags } from './findServer.js';

/** What the commands that generate text have in common. */
export interface GenerationFlags extends ServerFlags {
  model?: string;
  pull?: boolean;
  system?: string;
  maxTokens?: number;
  temperature?: number;
  topP?: number;
  stop?: string[];
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

function collected(text: string, earlier: string[] = []): string[] {
  return [...earlier, text];
}

/** Adds the options that say who answers, and how. */
export function withGenerationFlags(command: Command): Command {
  return withServerFlags(command, ', else an own one')
    .option('--model <model>', 'id or alias of a model (default: the one that Config says)')
    .option('--pull', 'fetch the model when it is not installed')
    .option('--system <text>', 'instructions that go before the prompt')
    .option('--max-tokens <n>', 'tokens generated at most', wholeNumber)
    .option('--temperature <n>', 'from 0, always the likeliest token, to 2', number)
    .option('--top-p <n>', 'only the likeliest tokens that together have this probability, 0 to 1', number)
    .option('--stop <text>', 'a text that ends generation; may be given several times', collected)
    .option('--seed <n>', 'equal seeds give equal text', wholeNumber);
}

/** Those of the flags that go with each prompt. */
export function generationOptions(flags: GenerationFlags): GenerationOptions {
  const { model, system, maxTokens, temperature, topP, stop, seed } = flags;
  return { model, system, maxTokens, temperature, topP, stop, seed };
}
