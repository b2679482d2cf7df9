import { Command, CommanderError } from 'commander';
import { APIError } from '../client/APIError.js';
import { LlamaHomeError } from '../errors/index.js';
import { StartError } from '../server/StartError.js';
import { version } from '../version.js';
import { commands } from './commands.js';
import { exitCodes } from './exitCodes.js';
import { nameFlags } from './nameFlags.js';
import { nearestName } from './suggest.js';

// Libraries check less then. Before any command is loaded, for they look at it once.
process.env.NODE_ENV ??= 'production';

const advice = '(llamahome --help lists the commands)';

/** The program with the commands that its arguments name; of the others it knows the name, for its help. */
async function program(args: readonly string[]): Promise<Command> {
  const named = args.filter((argument) => !argument.startsWith('-')).slice(0, 2);
  const root = new Command('llamahome')
    .description('Serves local language models over GraphQL and REST.')
    .version(version)
    .showHelpAfterError(advice)
    .addHelpText(
      'after',
      '\nIt ends with 0 when all went well, 1 when not, 2 for a wrong command line, 130 after Ctrl-C.',
    );
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

/** Says which command may have been meant. Commander's own guess knows neither abbreviations nor other programs' words. */
function refuseUnknown([word]: readonly string[]): void {
  if (word === undefined || word.startsWith('-') || word === 'help' || Object.hasOwn(commands, word)) return;
  const near = nearestName(word, Object.keys(commands));
  const guess = near === undefined ? '' : `(Did you mean ${near}?)\n`;
  process.stderr.write(`error: unknown command '${word.replaceAll(/\p{Cc}/gu, '\ufffd')}'\n${guess}${advice}\n`);
  throw new CommanderError(exitCodes.wrongUsage, 'commander.unknownCommand', word);
}

// Who reads a list with `head` closes the pipe early: that is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const args = process.argv.slice(2);
let running: Command | undefined;
try {
  refuseUnknown(args);
  const root = await program(args);
  root.hook('preAction', (_root, command) => {
    running = command;
  });
  await root.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Help and version end here too, with 0.
    process.exitCode = error.exitCode === 0 ? 0 : exitCodes.wrongUsage;
  } else if (error instanceof LlamaHomeError || error instanceof StartError || error instanceof APIError) {
    const failure = {
      message: error.message,
      ...('details' in error ? { code: error.code, details: error.details } : {}),
    };
    const { message, flag } = running === undefined ? { ...failure, flag: undefined } : nameFlags(running, failure);
    process.stderr.write(`${message}\n`);
    process.exitCode = flag === undefined ? exitCodes.failed : exitCodes.wrongUsage;
  } else {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = exitCodes.failed;
  }
}
