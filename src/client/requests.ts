import { objectOf, refused, toJson } from './checkArguments.js';
import type { BatchedPrompt, BatchOptions, ConfigChange, PromptOptions, PromptText } from './types.js';

/** Options that concern the call and not the server. */
const callOptions = new Set(['signal', 'idempotencyKey', 'chunkSize']);

/** Options as REST spells them, in snake_case; the server refuses what it does not know, by name. */
function respell(options: object): Record<string, unknown> {
  const entries = Object.entries(options).filter(([name]) => !callOptions.has(name));
  return Object.fromEntries(
    entries.map(([name, value]) => [snakeCase(name), name === 'responseFormat' ? respellFormat(value) : value]),
  );
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Its fields too; what is in a schema stays. */
function respellFormat(format: unknown): unknown {
  if (typeof format !== 'object' || format === null) return format;
  return Object.fromEntries(Object.entries(format).map(([name, value]) => [snakeCase(name), value]));
}

function contentOf(prompt: PromptText): Record<string, unknown> {
  return typeof prompt === 'string' ? { prompt } : { messages: prompt };
}

function isConversation(prompt: BatchedPrompt): prompt is Extract<BatchedPrompt, readonly unknown[]> {
  return Array.isArray(prompt);
}

/** A request that starts something: sent again, it stays the same. */
export interface PromptRequest {
  body: string;
  headers: Record<string, string>;
}

/** 128 random bits. `crypto.randomUUID` is missing on pages that came over plain HTTP. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function request(body: Record<string, unknown>, idempotencyKey: string | undefined): PromptRequest {
  const key = idempotencyKey ?? randomKey();
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw refused('idempotencyKey', 'idempotencyKey must have 1 to 255 printable ASCII characters and no spaces.');
  }
  return { body: toJson(body), headers: { 'idempotency-key': key } };
}

/** The body of POST /stream and /prompts. */
export function promptRequest(prompt: PromptText, options: PromptOptions): PromptRequest {
  return request({ ...contentOf(prompt), ...respell(options) }, options.idempotencyKey);
}

/** The body of POST /batch. */
export function batchRequest(prompts: readonly BatchedPrompt[], options: BatchOptions): PromptRequest {
  if (!Array.isArray(prompts)) throw refused('prompts', 'prompts must be a list of texts or objects.');
  const list = prompts.map((prompt: BatchedPrompt, index) => {
    if (typeof prompt === 'string' || isConversation(prompt)) return contentOf(prompt);
    if (typeof prompt === 'object' && prompt !== null) return respell(prompt);
    throw refused(`prompts[${index}]`, `prompts[${index}] must be a text or an object.`);
  });
  return request({ prompts: list, ...respell(options) }, options.idempotencyKey);
}

/** The body of POST /config. */
export function configRequest(change: ConfigChange): string {
  const parts = Object.entries(objectOf('change', change)).map(([name, part]) => [
    name,
    part == null ? part : respell(objectOf(name, part)),
  ]);
  return toJson(respell(Object.fromEntries(parts)));
}
