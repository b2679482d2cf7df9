import { isIPv6 } from 'node:net';
import { z } from 'zod';
import { isAddressRange } from './addressRange.js';
import type { Environment } from './environment.js';

const leastSecretBytes = 32;
/** The longest time that a timer of Node can wait, in ms. */
const longestWaitMs = 2 ** 31 - 1;
const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

function wholeNumber(minimum: number, maximum: number) {
  const range = `a whole number from ${minimum} to ${maximum}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, range)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, range);
}

function onOrOff(unset: 'on' | 'off') {
  return z
    .enum(['on', 'off'], { error: 'on or off' })
    .default(unset)
    .transform((value) => value === 'on');
}

function isHttpUrl(text: string): boolean {
  return /^https?:\/\/[^\s]+$/i.test(text) && URL.canParse(text);
}

const host = z
  .string()
  .transform((text) => (text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text))
  .refine(
    (text) => isIPv6(text) || /^[\w-]+(\.[\w-]+)*\.?$/.test(text),
    'a host name or address without scheme and port, like 127.0.0.1',
  );

const gpu = z
  .enum(['auto', 'cuda', 'vulkan', 'metal', 'off', 'false'], { error: 'auto, cuda, vulkan, metal or off' })
  .default('auto')
  .transform((value) => (value === 'off' || value === 'false' ? false : value));

const database = z
  .string()
  .refine(
    (text): text is Environment['database'] =>
      text === 'sqlite' || (/^postgres(ql)?:\/\/\S+$/.test(text) && URL.canParse(text)),
    'sqlite, or an address like postgres://USER:PASSWORD@HOST:5432/DATABASE',
  )
  .default('sqlite');

/** The entries of a comma-separated list. */
function entriesOf(list: string): string[] {
  return list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

const proxies = z
  .string()
  .default('')
  .transform(entriesOf)
  .refine(
    (list) => list.every(isAddressRange),
    'addresses or ranges of reverse proxies like 10.0.0.7 or 10.0.0.0/8, separated by commas',
  );

const origins = z
  .string()
  .default('')
  .transform((list, context) => {
    const entries = entriesOf(list);
    for (const entry of entries)
      if (!isOrigin(entry)) context.addIssue({ code: 'custom', message: originAdvice(entry) });
    return [...new Set(entries.filter(isOrigin).map((entry) => new URL(entry).origin))];
  });

function isOrigin(text: string): boolean {
  if (!isHttpUrl(text)) return false;
  const { pathname, search, hash, username, password } = new URL(text);
  return pathname === '/' && `${search}${hash}${username}${password}` === '' && !/[?#]$/.test(text);
}

function originAdvice(entry: string): string {
  const form = 'origins like https://app.example.com, separated by commas';
  return entry === '*' ? `${form}; "*" would let every page on the web use this server` : form;
}

/** Every variable that is read, with the words "write …" goes on with when it is wrong. */
export const environmentSchema = z.object({
  LLAMAHOME_HOST: host.default('127.0.0.1'),
  LLAMAHOME_PORT: wholeNumber(0, 65_535).default(4000),
  LLAMAHOME_HOME: z.string().optional(),
  LLAMAHOME_MODEL: z.string().optional(),
  LLAMAHOME_SLOTS: wholeNumber(1, 256).optional(),
  LLAMAHOME_CONTEXT: wholeNumber(64, 100_000_000).optional(),
  LLAMAHOME_THREADS: wholeNumber(1, 1024).optional(),
  LLAMAHOME_GPU: gpu,
  LLAMAHOME_QUEUE: wholeNumber(1, 1_000_000).default(256),
  LLAMAHOME_SECRET: z
    .string()
    .refine(
      (text) => Buffer.byteLength(text) >= leastSecretBytes,
      `at least ${leastSecretBytes} bytes, random ones, or leave it out to have them made`,
    )
    .optional(),
  LLAMAHOME_AUTH: onOrOff('on'),
  LLAMAHOME_DATABASE: database,
  LLAMAHOME_CORS: origins,
  LLAMAHOME_TRUST_PROXY: proxies,
  LLAMAHOME_INTROSPECTION: onOrOff('on'),
  LLAMAHOME_TRACE_CONTENT: onOrOff('off'),
  LLAMAHOME_GRACE_MS: wholeNumber(0, longestWaitMs).default(10_000),
  LLAMAHOME_LOG: z.enum(logLevels, { error: `one of ${logLevels.join(', ')}` }).default('info'),
  // For the commands that are clients of a server.
  LLAMAHOME_URL: z.string().refine(isHttpUrl, 'the address of a server, like http://127.0.0.1:4000').optional(),
  LLAMAHOME_API_KEY: z.string().optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.string().refine(isHttpUrl, 'an address like http://localhost:4318').optional(),
});
