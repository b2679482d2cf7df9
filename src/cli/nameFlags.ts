import type { Command } from 'commander';

/** Fields whose flags have other names. */
const flagOfField: Readonly<Record<string, string>> = { userId: '--user', scopes: '--scope' };

interface Failure {
  message: string;
  details?: Readonly<Record<string, unknown>> | undefined;
}

function flagOf(field: string, command: Command): string | undefined {
  if (field.startsWith('--')) return field;
  const kebab = field.replaceAll('_', '-').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const flag = flagOfField[field] ?? `--${kebab}`;
  return command.options.some(({ long }) => long === flag) ? flag : undefined;
}

/**
 * The message of a refusal in the words of the command line: `max_tokens` of REST and `maxTokens` of GraphQL are
 * `--max-tokens` there.
 * @returns the message, and the flag that was wrong, where one was
 */
export function nameFlags(command: Command, { message, details }: Failure): { message: string; flag?: string } {
  const words = message.replaceAll(
    /(?<![\w$-])[a-z]+(?:_[a-z]+|[A-Z][a-z]+)+(?![\w-])/g,
    (word) => flagOf(word, command) ?? word,
  );
  const { field } = details ?? {};
  const flag = typeof field === 'string' ? flagOf(field, command) : undefined;
  if (flag === undefined) return { message: words };
  const named = words.startsWith(`${String(field)} `) ? `${flag}${words.slice(String(field).length)}` : words;
  return { message: named.includes(flag) ? named : `${flag}: ${named}`, flag };
}

/** What went wrong, for people, in the words of the command line. */
export function explainWithFlags(command: Command, error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const details = 'details' in error && typeof error.details === 'object' ? { ...error.details } : {};
  return nameFlags(command, { message: error.message, details }).message;
}
