import type { Command } from 'commander';
import { type Environment, loadEnvironment } from '../config/environment.js';
import type { environmentSchema } from '../config/variables.js';

/** Not flags: a secret on a command line is read by everybody who lists processes, and the last two are of clients. */
type NoFlag = 'LLAMAHOME_SECRET' | 'LLAMAHOME_URL' | 'LLAMAHOME_API_KEY';
type Setting = Exclude<Extract<keyof typeof environmentSchema.shape, `LLAMAHOME_${string}`>, NoFlag>;

/** What each flag takes, and what its help says. The flag's name is the variable's. */
const settings: Record<Setting, readonly [value: string, description: string]> = {
  LLAMAHOME_HOST: ['address', 'where to listen (default: 127.0.0.1)'],
  LLAMAHOME_PORT: ['n', 'where to listen; 0 picks a free one (default: 4000)'],
  LLAMAHOME_HOME: ['folder', 'database, models, secret (default: ~/.llamahome)'],
  LLAMAHOME_MODEL: ['model', 'the default model: id, alias, or path to a .gguf file'],
  LLAMAHOME_SLOTS: ['n', 'sequences decoded together per model (default: by memory, at most 16)'],
  LLAMAHOME_CONTEXT: ['n', "tokens per sequence (default: the model's, at most 4096)"],
  LLAMAHOME_THREADS: ['n', 'threads of each engine (default: all cores)'],
  LLAMAHOME_GPU: ['name', 'auto, cuda, vulkan, metal or off (default: auto)'],
  LLAMAHOME_QUEUE: ['n', 'prompts that may wait per model (default: 256)'],
  LLAMAHOME_AUTH: ['on|off', 'off only on a loopback host (default: on)'],
  LLAMAHOME_DATABASE: ['address', 'sqlite, or a postgres:// address (default: sqlite in the home folder)'],
  LLAMAHOME_CORS: ['origins', 'origins that a browser page may call from, comma-separated'],
  LLAMAHOME_TRUST_PROXY: ['addresses', 'reverse proxies whose X-Forwarded-For, -Host and -Proto are believed'],
  LLAMAHOME_INTROSPECTION: ['on|off', 'off hides the schema and GraphiQL (default: on)'],
  LLAMAHOME_TRACE_CONTENT: ['on|off', 'on puts prompts and texts into traces (default: off)'],
  LLAMAHOME_GRACE_MS: ['ms', 'how long SIGTERM or Ctrl-C waits for what is in flight (default: 10000)'],
  LLAMAHOME_LOG: ['level', 'fatal, error, warn, info, debug, trace or silent (default: info)'],
};

function flagOf(variable: string): string {
  return `--${variable
    .replace(/^LLAMAHOME_/, '')
    .toLowerCase()
    .replaceAll('_', '-')}`;
}

/** Adds a flag for every setting of a server. */
export function withSettingFlags(command: Command): Command {
  for (const [variable, [value, description]] of Object.entries(settings)) {
    command.option(`${flagOf(variable)} <${value}>`, description);
  }
  return command;
}

/**
 * The environment with what flags say instead.
 * @param flags as commander gives them
 * @throws LlamaHomeError `invalid_request` that names the flag, or the variable, that is wrong
 */
export function environmentWith(flags: Readonly<Record<string, string>>): Environment {
  const given = new Map<string, string>();
  for (const [name, value] of Object.entries(flags)) {
    given.set(`LLAMAHOME_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`, value);
  }
  return loadEnvironment({ ...process.env, ...Object.fromEntries(given) }, (variable) =>
    given.has(variable) ? flagOf(variable) : variable,
  );
}
