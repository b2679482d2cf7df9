import { type Command, InvalidArgumentError, Option } from 'commander';
import type { GenerationOptions } from '../client/types.js';
import { fromParameters, inWords, type Parameter, parameterNames, parameters } from '../prompts/parameters.js';
import { type ServerFlags, withServerFlags } from './findServer.js';
import { type FormatFlags, formatOf, withFormatFlags } from './formatFlags.js';

/** What the commands that generate text have in common. */
export type GenerationFlags = ServerFlags & FormatFlags & GenerationOptions & { pull?: boolean };

interface Range {
  kind: 'int' | 'float';
  minimum: number;
  maximum: number;
}

function readNumber(text: string, { kind, minimum, maximum }: Range): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const isWhole = kind === 'float' || Number.isInteger(value);
  if (isWhole && value >= minimum && value <= maximum) return value;
  throw new InvalidArgumentError(
    `Write a ${kind === 'int' ? 'whole number' : 'number'} from ${minimum} to ${maximum}.`,
  );
}

function readBias(text: string, range: { minimum: number; maximum: number }): { token: number; bias: number } {
  const [token = '', bias = '', ...rest] = text.split('=');
  if (rest.length > 0 || !/^\d{1,10}$/.test(token)) {
    throw new InvalidArgumentError('Write the number of a token, = and a bias, as in 15043=-100.');
  }
  return { token: Number(token), bias: readNumber(bias, { kind: 'float', ...range }) };
}

/** A response format has a flag for each kind of it. */
function optionOf(name: string, parameter: Parameter): Option | undefined {
  const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const says = inWords(parameter);
  const description = `${says.charAt(0).toLowerCase()}${says.slice(1, -1)}`;
  switch (parameter.kind) {
    case 'int':
    case 'float':
      return new Option(`${flag} <n>`, description).argParser((text) => readNumber(text, parameter));
    case 'priority':
      return new Option(`${flag} <priority>`, description).choices(parameter.values);
    case 'textList':
      return new Option(`${flag} <text>`, `${description}; may be given again`).argParser(
        (text, before: string[] | undefined) => [...(before ?? []), text],
      );
    case 'logitBias':
      return new Option(`${flag} <token=bias>`, `${description}; may be given again`).argParser(
        (text, before: unknown[] | undefined) => [...(before ?? []), readBias(text, parameter)],
      );
    case 'responseFormat':
      return undefined;
    case 'text':
      return new Option(`${flag} <${name === 'model' ? 'model' : 'text'}>`, description);
  }
}

/** Adds the options that say who answers, and how. */
export function withGenerationFlags(command: Command): Command {
  withServerFlags(command, ', else an own one').option('--pull', 'fetch the model when it is not installed');
  for (const name of parameterNames) {
    const option = optionOf(name, parameters[name]);
    if (option !== undefined) command.addOption(option);
  }
  return withFormatFlags(command);
}

/** Those of the flags that go with each prompt. */
export function generationOptions(flags: GenerationFlags): GenerationOptions {
  return fromParameters((name) => [name, name === 'responseFormat' ? formatOf(flags) : flags[name]]);
}
