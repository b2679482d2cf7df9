import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { GenerationOptions } from '../client/types.js';

/** What the answer is held to; one of them at most. */
export interface FormatFlags {
  schema?: object | boolean;
  jsonSchema?: object | boolean;
  grammar?: string;
  regex?: string;
  choice?: string[];
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new InvalidArgumentError(`Write the path of a file that can be read; ${path} can not.`);
  }
}

function readSchema(text: string, place: string): object | boolean {
  try {
    const schema: unknown = JSON.parse(text);
    if (typeof schema === 'boolean') return schema;
    if (typeof schema === 'object' && schema !== null && !Array.isArray(schema)) return schema;
  } catch {
    // Said below.
  }
  throw new InvalidArgumentError(`${place} is no JSON Schema: it must be a JSON object.`);
}

const names = ['schema', 'jsonSchema', 'grammar', 'regex', 'choice'] as const satisfies (keyof FormatFlags)[];

/** Adds the options that say what the answer is held to. */
export function withFormatFlags(command: Command): Command {
  const options = [
    new Option('--schema <file>', 'the answer is JSON that validates under the JSON Schema in this file').argParser(
      (path) => readSchema(readText(path), path),
    ),
    new Option('--json-schema <schema>', 'the same, with the schema itself').argParser((text) =>
      readSchema(text, 'What was written'),
    ),
    new Option('--grammar <file>', "the answer is of the grammar in this file, in llama.cpp's GBNF").argParser(
      readText,
    ),
    new Option('--regex <pattern>', 'the whole answer matches this regular expression'),
    new Option('--choice <text>', 'the answer is this text, or another one that is given so').argParser(
      (text, before: string[] | undefined) => [...(before ?? []), text],
    ),
  ];
  for (const option of options) {
    command.addOption(option.conflicts(names.filter((name) => name !== option.attributeName())));
  }
  return command;
}

/** The response format of a command's flags. */
export function formatOf({
  schema,
  jsonSchema,
  grammar,
  regex,
  choice,
}: FormatFlags): GenerationOptions['responseFormat'] {
  const asked = schema ?? jsonSchema;
  if (asked !== undefined) return { jsonSchema: asked };
  if (grammar !== undefined) return { grammar };
  if (regex !== undefined) return { regex };
  return choice === undefined ? undefined : { choices: choice };
}
