import type { Command } from 'commander';

/** Fields whose flags have other names. */
const flagOfField: Readonly<Record<string, string>> = { userId: '--user', scopes: '--scope' };

interface Failure {
  code?: string | undefined;
  message: string;
  details?: Readonly<Record<string, unknown>> | undefined;
}

function flagOf(field: string, command: Command): string | undefined {
  if (field.startsWith('--')) return field;
  const kebab = field.replaceAll('_', '-').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const flag = flagOfField[field] ?? `--${kebab}`;
  return command.options.some(({ long }) => long === flag) ? flag : undefined;
}

/** Fields that an error is about without naming one. */
const fieldOfCode: Readonly<Record<string, string>> = {
  context_length_exceeded: 'maxTokens',
  deadline_exceeded: 'deadlineMs',
};

/**
 * The message of a refusal in the words of the command line: `max_tokens` of REST and `maxTokens` of GraphQL are
 * `--max-tokens` there.
 * @returns the message, and the flag that was wrong, where one was
 */
export function nameFlags(
  command: Command,
  { code = '', message, details }: Failure,
): { message: string; flag?: string } {
  const field = details?.field ?? fieldOfCode[code];
  const flag = typeof field === 'string' ? flagOf(field, command) : undefined;
  if (typeof field !== 'string' || flag === undefined) return { message };
  const named = message.replaceAll(field, flag);
  const told = { message: named.includes(flag) ? named : `${flag}: ${named}` };
  return details?.field === undefined ? told : { ...told, flag };
}

/** What went wrong, for people, in the words of the command line. */
export function explainWithFlags(command: Command, error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const details = 'details' in error && typeof error.details === 'object' ? { ...error.details } : {};
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return nameFlags(command, { code, message: error.message, details }).message;
}
