import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { distance } from 'fastest-levenshtein';
import type { z } from 'zod';
import { LlamaHomeError } from '../errors/index.js';
import { isLoopbackHost } from './loopback.js';
import { environmentSchema } from './variables.js';

/** The settings fixed at start: `LLAMAHOME_*` and the tracing endpoint. */
export interface Environment {
  host: string;
  port: number;
  /** Absolute. */
  home: string;
  /** As given, or undefined: then Config decides. */
  model: string | undefined;
  slots: number | 'auto';
  context: number | 'auto';
  threads: number | 'auto';
  gpu: 'auto' | 'cuda' | 'vulkan' | 'metal' | false;
  queue: number;
  /** As given, or undefined: then the home folder's secret file. */
  secret: string | undefined;
  auth: boolean;
  database: 'sqlite' | `postgres://${string}` | `postgresql://${string}`;
  /** Each as browsers write it: `scheme://host[:port]`. */
  cors: string[];
  /** Addresses and ranges of the reverse proxies that are believed. */
  trustProxy: string[];
  introspection: boolean;
  traceContent: boolean;
  graceMs: number;
  log: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  otlpEndpoint: string | undefined;
}

/** They may hold a password: what was given is not repeated. */
const secretVariables = new Set(['LLAMAHOME_SECRET', 'LLAMAHOME_DATABASE', 'OTEL_EXPORTER_OTLP_ENDPOINT']);
/** Read by the project's own tests. */
const ofTests = /^LLAMAHOME_TEST_/;
const longestShown = 60;

/**
 * Checks and reads the environment. An empty value counts as not set; the contract has the defaults.
 * @param nameOf what a variable is called where it was given; default its own name
 * @throws LlamaHomeError `invalid_request` whose message is one line: the variable, what was given, what to write
 */
export function loadEnvironment(
  env: NodeJS.ProcessEnv,
  nameOf: (variable: string) => string = (variable) => variable,
): Environment {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  refuseUnknown(Object.keys(given));
  const result = environmentSchema.safeParse(given);
  if (!result.success) throw wrongValue(result.error, given, nameOf);
  const settings = result.data;
  if (!settings.LLAMAHOME_AUTH && !isLoopbackHost(settings.LLAMAHOME_HOST)) {
    throw refused(
      nameOf('LLAMAHOME_AUTH'),
      `${nameOf('LLAMAHOME_AUTH')} is "off" while ${nameOf('LLAMAHOME_HOST')} is ${shown(settings.LLAMAHOME_HOST)}, which others can reach: write ${nameOf('LLAMAHOME_AUTH')}=on, or ${nameOf('LLAMAHOME_HOST')}=127.0.0.1.`,
    );
  }
  return {
    host: settings.LLAMAHOME_HOST,
    port: settings.LLAMAHOME_PORT,
    home: absolute(settings.LLAMAHOME_HOME ?? '~/.llamahome'),
    model: settings.LLAMAHOME_MODEL,
    slots: settings.LLAMAHOME_SLOTS ?? 'auto',
    context: settings.LLAMAHOME_CONTEXT ?? 'auto',
    threads: settings.LLAMAHOME_THREADS ?? 'auto',
    gpu: settings.LLAMAHOME_GPU,
    queue: settings.LLAMAHOME_QUEUE,
    secret: settings.LLAMAHOME_SECRET,
    auth: settings.LLAMAHOME_AUTH,
    database: settings.LLAMAHOME_DATABASE,
    cors: settings.LLAMAHOME_CORS,
    trustProxy: settings.LLAMAHOME_TRUST_PROXY,
    introspection: settings.LLAMAHOME_INTROSPECTION,
    traceContent: settings.LLAMAHOME_TRACE_CONTENT,
    graceMs: settings.LLAMAHOME_GRACE_MS,
    log: settings.LLAMAHOME_LOG,
    otlpEndpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
  };
}

function refuseUnknown(names: string[]): void {
  const known = Object.keys(environmentSchema.shape).filter((name) => name.startsWith('LLAMAHOME_'));
  for (const name of names) {
    if (!/^LLAMAHOME_/i.test(name) || ofTests.test(name) || known.includes(name)) continue;
    const near = nearest(name.toUpperCase(), known);
    const advice = near === undefined ? `write one of ${known.join(', ')}` : `write ${near}`;
    throw refused(name, `${shown(name, '')} is not a setting of LlamaHome: ${advice}.`);
  }
}

/** The setting that differs in three characters at most, and in no more than half of what stands behind `LLAMAHOME_`. */
function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > longestShown) return undefined;
  const most = Math.min(3, (name.length - 'LLAMAHOME_'.length) / 2);
  const [near] = known
    .map((other) => ({ other, edits: distance(name, other) }))
    .filter(({ edits }) => edits <= most)
    .sort((a, b) => a.edits - b.edits);
  return near?.other;
}

function wrongValue(
  error: z.ZodError,
  given: Record<string, string | undefined>,
  nameOf: (variable: string) => string,
): LlamaHomeError {
  const [issue] = error.issues;
  const name = String(issue?.path[0]);
  const value = secretVariables.has(name) ? 'has a value that can not be used' : `is ${shown(given[name] ?? '')}`;
  return refused(nameOf(name), `${nameOf(name)} ${value}: write ${issue?.message}.`);
}

function refused(field: string, message: string): LlamaHomeError {
  return new LlamaHomeError('invalid_request', message, { field });
}

/** On one line, not too long, and with nothing that a terminal would obey. */
function shown(text: string, quote = '"'): string {
  const line = JSON.stringify(text.length > longestShown ? `${text.slice(0, longestShown)}…` : text).slice(1, -1);
  return `${quote}${line.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '\ufffd')}${quote}`;
}

function absolute(path: string): string {
  return resolve(/^~(?=$|\/)/.test(path) ? join(homedir(), path.slice(1)) : path);
}
