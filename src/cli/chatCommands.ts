import { nearestName } from './suggest.js';

/** What a chat can be told beside what goes to the model. */
export const chatCommands = {
  clear: { use: '/clear', does: 'begins a new conversation' },
  model: { use: '/model [NAME]', does: 'tells which model answers, or asks another one from now on' },
  system: { use: '/system [TEXT]', does: 'tells or sets the instructions that go before the conversation; - for none' },
  help: { use: '/help', does: 'shows this' },
  bye: { use: '/bye', does: 'ends, as /exit and Ctrl-D do' },
} as const;

export type ChatCommand = { name: keyof typeof chatCommands | 'exit'; rest: string } | { unknown: string };

/** What `/help` says. */
export const chatHelp = `${Object.values(chatCommands)
  .map(({ use, does }) => `${use.padEnd(15)} ${does}\n`)
  .join('')}Ctrl-C          stops an answer; what it had stays in the conversation
A line that ends with \\ goes on in the next one.
`;

function isCommand(name: string): name is keyof typeof chatCommands | 'exit' {
  return name === 'exit' || Object.hasOwn(chatCommands, name);
}

/**
 * Reads a line as a command; undefined when it is for the model. A line with more words that begins with an unknown
 * `/word` is for the model too: it may be about a path.
 */
export function readChatCommand(line: string): ChatCommand | undefined {
  const [, name, rest] = /^\/(\S*)\s*(.*)$/s.exec(line) ?? [];
  if (name === undefined || rest === undefined) return undefined;
  if (isCommand(name)) return { name, rest };
  if (rest !== '') return undefined;
  const near = nearestName(name, Object.keys(chatCommands));
  const advice = near === undefined ? '/help lists what there is' : `did you mean /${near}? /help lists what there is`;
  return { unknown: `There is no /${name}: ${advice}.` };
}
