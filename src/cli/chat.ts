import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { Conversation } from './Conversation.js';
import { type GenerationFlags, generationOptions, withGenerationFlags } from './generationFlags.js';
import { TextOutput } from './TextOutput.js';

/** Answers of a conversation are longer than what Config says for a single prompt at first. */
const defaultMaxTokens = 512;
const exitInterrupted = 130;

const help = `/clear  begins a new conversation
/exit   ends, as Ctrl-D does
Ctrl-C  stops an answer; what it had stays in the conversation
A line that ends with \\ goes on in the next one.
`;

async function chat(flags: GenerationFlags): Promise<void> {
  const { findSpeaker } = await import('./Speaker.js');
  const speaker = await findSpeaker(flags);
  const { stdin, stdout, stderr } = process;
  const isTerminal = stdin.isTTY && stdout.isTTY;
  const say = (text: string) => void (isTerminal && stderr.write(text));
  const lines = createInterface({ input: stdin, terminal: isTerminal, ...(isTerminal ? { output: stdout } : {}) });
  const output = new TextOutput(stdout, () => {
    conversation.stop();
    lines.close();
  });
  const options = { maxTokens: defaultMaxTokens, ...generationOptions(flags) };
  const conversation = new Conversation({ speaker, output, options, tell: (text) => void stderr.write(`${text}\n`) });

  function interrupt(): void {
    if (conversation.stop()) return;
    if (!isTerminal) {
      process.exitCode = exitInterrupted;
      lines.close();
    } else if (lines.line === '') {
      say('(Ctrl-D or /exit ends)\n');
      lines.prompt();
    } else {
      stdout.write('\n');
      lines.write(null, { ctrl: true, name: 'e' });
      lines.write(null, { ctrl: true, name: 'u' });
    }
  }
  lines.on('SIGINT', interrupt);
  process.on('SIGINT', interrupt);

  say(`You speak with ${speaker.place}. /help lists what else can be done.\n`);
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
        if (said === '/exit') break;
        if (said === '/help') stderr.write(help);
        else if (said === '/clear') conversation.clear();
        else if (said.startsWith('/') && !said.includes(' ')) say(`There is no ${said}: /help lists what there is.\n`);
        else if (said !== '') await conversation.say(said);
      }
      ask();
    }
    if (isTerminal) stdout.write('\n');
  } finally {
    lines.close();
    process.off('SIGINT', interrupt);
    await speaker.close();
  }
}

/** `llamahome chat` */
export function chatCommand(): Command {
  return withGenerationFlags(new Command('chat'))
    .description('talk with a model in the terminal; each line that is piped in is one turn')
    .action(chat);
}
