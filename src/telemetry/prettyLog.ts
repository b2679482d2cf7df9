import type { DestinationStream } from 'pino';
import { prettyFactory } from 'pino-pretty';

type Line = Record<string, unknown>;

/** A request as one line of words; what is not known of it is left out. */
export function requestWords(line: Line): string {
  const { method, route, transport, status, code, durationMs, operation, field, principal, requestId } = line;
  const { prompts, promptTokens, completionTokens, queueMs, timeToFirstTokenMs } = line;
  const what = method === undefined ? transport : `${method} ${route}`;
  const name = operation ?? field;
  const facts = [
    [status, code].filter((part) => part !== undefined).join(' '),
    `${durationMs} ms`,
    name === undefined ? '' : `${name}`,
    principal === undefined ? '' : `by ${principal}`,
    prompts === undefined
      ? ''
      : `${prompts === 1 ? '' : `${prompts} prompts, `}${promptTokens} + ${completionTokens} tokens`,
    queueMs === undefined ? '' : `queue ${queueMs} ms`,
    timeToFirstTokenMs === undefined ? '' : `first token ${timeToFirstTokenMs} ms`,
    `${requestId}`,
  ];
  const words = `${what}: ${facts.filter((fact) => fact !== '').join(', ')}`;
  // Callers choose some of it: nothing in it may be obeyed by a terminal, or begin another line.
  return words.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '\ufffd');
}

/** For people at a terminal: one line for each request, pino-pretty's form for everything else. */
export function prettyStream(write: (text: string) => void, colorize: boolean): DestinationStream {
  const usual = prettyFactory({ ignore: 'pid,hostname', colorize });
  const request = prettyFactory({ hideObject: true, colorize, messageFormat: (line) => requestWords(line) });
  return {
    write(text) {
      const line: Line = JSON.parse(text);
      write(line.msg === 'request' && line.requestId !== undefined ? request(line) : usual(line));
    },
  };
}
