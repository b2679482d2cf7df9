/**
 * Prints the client's GenerationOptions, made from the table of parameters, so that the client needs nothing of the
 * server. Part of `npm run schema`; a test fails when what is committed differs.
 */
import { inWords, parameters } from '../dist/prompts/parameters.js';

const types = {
  int: () => 'number',
  float: () => 'number',
  text: () => 'string',
  textList: () => 'readonly string[]',
  logitBias: () => 'readonly { token: number; bias: number }[]',
  responseFormat: () =>
    '{ json: true } | { jsonSchema: object | boolean } | { grammar: string } | { regex: string } | { choices: readonly string[] }',
  priority: ({ values }) => values.map((value) => `'${value}'`).join(' | '),
};

const fields = Object.entries(parameters).map(
  ([name, parameter]) =>
    `  /** ${inWords(parameter)} */\n  ${name}?: ${types[parameter.kind](parameter)} | undefined;\n`,
);

process.stdout.write(`/* Made from src/prompts/parameters.ts by \`npm run schema\`. */

/**
 * How a text is generated. What is left out comes from the server's Config, or is what is said here. A value out of its
 * range is refused with an InvalidRequestError that names the field.
 */
export interface GenerationOptions {
${fields.join('')}}
`);
