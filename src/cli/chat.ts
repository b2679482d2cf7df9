import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { Conversation } from './Conversation.js';
import { chatHelp, readChatCommand } from './chatCommands.js';
import { exitCodes } from './exitCodes.js';
import { type GenerationFlags, generationOptions, withGenerationFlags } from './generationFlags.js';
import { explainWithFlags } from './nameFlags.js';
import { asker, prepareModel } from './prepareModel.js';
import type { GeneratorModel, TextGenerator } from './TextGenerator.js';
import { TextOutput } from './TextOutput.js';
import { WaitingNotice } from './WaitingNotice.js';

/** Answers of a conversation are longer than what Config says for a single prompt at first. */
const defaultMaxTokens = 512;

/** What `model` of a prompt says: a server knows other names of its models itself, and says what they stand for. */
function askedAs(
  speaker: TextGenerator,
  name: string | undefined,
  found: GeneratorModel | undefined,
): string | undefined {
  return speaker.own ? found?.id : name;
}

async function chat(flags: GenerationFlags, command: Command): Promise<void> {
  const { stdin, stdout, stderr } = process;
  const tell = (text: string) => void stderr.write(`${text}\n`);
  const { findGenerator } = await import('./TextGenerator.js');
  const speaker = await findGenerator(flags, tell);
  try {
    const prepared = await prepareModel(speaker, { model: flags.model, pull: flags.pull, ask: asker() });
    const isTerminal = stdin.isTTY && stdout.isTTY;
    await converse({ speaker, flags, command, prepared, isTerminal, tell });
  } finally {
    await speaker.close();
  }
}

interface Talk {
  speaker: TextGenerator;
  flags: GenerationFlags;
  command: Command;
  prepared: GeneratorModel | undefined;
  isTerminal: boolean;
  tell: (text: string) => void;
}

async function converse({ speaker, flags, command, prepared, isTerminal, tell }: Talk): Promise<void> {
  const { stdin, stdout, stderr } = process;
  let model = prepared;
  let asked = askedAs(speaker, flags.model, prepared);
  const say = (text: string) => void (isTerminal && stderr.write(text));
  const lines = createInterface({ input: stdin, terminal: isTerminal, ...(isTerminal ? { output: stdout } : {}) });
  const onBroken = () => {
    conversation.stop();
    lines.close();
  };
  const output = new TextOutput(stdout, onBroken, { wrap: true });
  const options = { maxTokens: defaultMaxTokens, ...generationOptions(flags), model: asked };
  const conversation = new Conversation({
    speaker,
    output,
    options,
    tell,
    explain: (error) => explainWithFlags(command, error),
    onWait: () => {
      const notice = new WaitingNotice(speaker, asked, isTerminal ? tell : undefined);
      return () => notice.end();
    },
  });

  async function useModel(name: string): Promise<void> {
    if (name === '') return tell(`${model?.id ?? asked ?? 'The default model of the server'} answers.`);
    try {
      const found = await prepareModel(speaker, { model: name, pull: flags.pull });
      model = found;
      asked = askedAs(speaker, name, found);
      conversation.change({ model: asked });
      tell(`${found?.id ?? name} answers from now on.`);
    } catch (error) {
      tell(explainWithFlags(command, error));
    }
  }

  function useSystem(text: string): void {
    if (text !== '') conversation.change({ system: text === '-' ? undefined : text });
    tell(conversation.system === undefined ? '(No instructions.)' : `Instructions: ${conversation.system}`);
  }

  /** Whether the conversation goes on. */
  async function take(said: string): Promise<boolean> {
    const order = readChatCommand(said);
    if (order === undefined) {
      if (said !== '') await conversation.say(said);
    } else if ('unknown' in order) say(`${order.unknown}\n`);
    else if (order.name === 'bye' || order.name === 'exit') return false;
    else if (order.name === 'help') stderr.write(chatHelp);
    else if (order.name === 'clear') conversation.clear();
    else if (order.name === 'model') await useModel(order.rest);
    else useSystem(order.rest);
    return true;
  }

  function interrupt(): void {
    if (conversation.stop()) return;
    if (!isTerminal) {
      process.exitCode = exitCodes.interrupted;
      lines.close();
    } else if (lines.line === '') {
      say('(Ctrl-D or /bye ends)\n');
      lines.prompt();
    } else {
      stdout.write('\n');
      lines.write(null, { ctrl: true, name: 'e' });
      lines.write(null, { ctrl: true, name: 'u' });
    }
  }
  lines.on('SIGINT', interrupt);
  process.on('SIGINT', interrupt);

  say(`You speak with ${model?.name ?? 'the default model'} at ${speaker.place}. /help lists what else can be done.\n`);
  let begun = '';
  const ask = () => {
    lines.setPrompt(begun === '' ? '> ' : '. ');
    if (isTerminal) lines.prompt();
  };
  try {
    ask();
    for await (const line of lines) {
      if (line.endsWith('\\')) begun += `${line.slice(0, -1)}\n`;
      else {
        const said = `${begun}${line}`.trim();
        begun = '';
        if (!(await take(said))) break;
      }
      ask();
    }
    if (isTerminal) stdout.write('\n');
  } finally {
    lines.close();
    process.off('SIGINT', interrupt);
  }
}

/** `llamahome chat` */
export function chatCommand(): Command {
  return withGenerationFlags(new Command('chat'))
    .description('talk with a model in the terminal; each line that is piped in is one turn')
    .action((flags: GenerationFlags, command: Command) => chat(flags, command));
}
