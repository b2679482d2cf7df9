import type { Command } from 'commander';

/** One command of the program, loaded only when it is asked for. */
export interface CommandEntry {
  /** What the list of all commands says. */
  summary: string;
  load(): Promise<Command>;
}

/** By name, in the order they are listed. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  serve: {
    summary: 'serve the API',
    load: async () => (await import('./serve.js')).serveCommand(),
  },
  chat: {
    summary: 'talk with a model in the terminal',
    load: async () => (await import('./chat.js')).chatCommand(),
  },
  run: {
    summary: 'generate one text',
    load: async () => (await import('./run.js')).runCommand(),
  },
  pull: {
    summary: 'fetch a model into the home folder',
    load: async () => (await import('./pull.js')).pullCommand(),
  },
  list: {
    summary: 'list the installed models',
    load: async () => (await import('./models.js')).listCommand(),
  },
  models: {
    summary: 'list the models of the catalogue',
    load: async () => (await import('./models.js')).modelsCommand(),
  },
  show: {
    summary: 'tell what a model is: parameters, licence, template',
    load: async () => (await import('./show.js')).showCommand(),
  },
  ps: {
    summary: 'list the models in memory',
    load: async () => (await import('./ps.js')).psCommand(),
  },
  stop: {
    summary: 'take a model out of memory',
    load: async () => (await import('./stop.js')).stopCommand(),
  },
  cp: {
    summary: 'give an installed model a second name',
    load: async () => (await import('./cp.js')).cpCommand(),
  },
  rm: {
    summary: 'delete an installed model',
    load: async () => (await import('./rm.js')).rmCommand(),
  },
  token: {
    summary: 'make a token for a user',
    load: async () => (await import('./token.js')).tokenCommand(),
  },
  key: {
    summary: 'make, list and revoke API keys',
    load: async () => (await import('./key.js')).keyCommand(),
  },
  doctor: {
    summary: 'tell what this machine has, and which models would run on it',
    load: async () => (await import('./doctor.js')).doctorCommand(),
  },
  bench: {
    summary: 'measure a server, and compare it with another one',
    load: async () => (await import('./bench.js')).benchCommand(),
  },
};
