#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { LlamaHomeError } from '../errors/index.js';
import { StartError } from '../server/StartError.js';
import { version } from '../version.js';
import { doctorCommand } from './doctor.js';
import { keyCommand } from './key.js';
import { modelsCommand } from './models.js';
import { pullCommand } from './pull.js';
import { rmCommand } from './rm.js';
import { serveCommand } from './serve.js';
import { tokenCommand } from './token.js';

const exitCodes = { failed: 1, wrongUsage: 2 };

function program(): Command {
  const commands = [
    serveCommand(),
    pullCommand(),
    modelsCommand(),
    rmCommand(),
    tokenCommand(),
    keyCommand(),
    doctorCommand(),
  ];
  const root = new Command('llamahome')
    .description('Serves local language models over GraphQL and REST.')
    .version(version)
    .showHelpAfterError('(llamahome --help lists the commands)');
  for (const command of commands) root.addCommand(command.copyInheritedSettings(root));
  for (const command of [root, ...commands.flatMap(withSubcommands)]) command.exitOverride();
  return root;
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

try {
  await program().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Help and version end here too, with 0.
    process.exitCode = error.exitCode === 0 ? 0 : exitCodes.wrongUsage;
  } else if (error instanceof LlamaHomeError || error instanceof StartError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = exitCodes.failed;
  } else {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = exitCodes.failed;
  }
}
