#!/usr/bin/env -S node --no-memory-reducer --min-semi-space-size=8
import { Command, CommanderError } from 'commander';
import { APIError } from '../client/APIError.js';
import { LlamaHomeError } from '../errors/index.js';
import { StartError } from '../server/StartError.js';
import { version } from '../version.js';
import { commands } from './commands.js';

// Libraries check less then. Before any command is loaded, for they look at it once.
process.env.NODE_ENV ??= 'production';

const exitCodes = { failed: 1, wrongUsage: 2 };

/** The program with the commands that its arguments name; of the others it knows the name, for its help. */
async function program(args: readonly string[]): Promise<Command> {
  const named = args.filter((argument) => !argument.startsWith('-')).slice(0, 2);
  const root = new Command('llamahome')
    .description('Serves local language models over GraphQL and REST.')
    .version(version)
    .showHelpAfterError('(llamahome --help lists the commands)');
  for (const [name, { summary, load }] of Object.entries(commands)) {
    const command = (named.includes(name) ? await load() : new Command(name)).summary(summary);
    root.addCommand(command.copyInheritedSettings(root));
  }
  for (const command of withSubcommands(root)) command.exitOverride();
  return root;
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

try {
  await (await program(process.argv.slice(2))).parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Help and version end here too, with 0.
    process.exitCode = error.exitCode === 0 ? 0 : exitCodes.wrongUsage;
  } else if (error instanceof LlamaHomeError || error instanceof StartError || error instanceof APIError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = exitCodes.failed;
  } else {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = exitCodes.failed;
  }
}
