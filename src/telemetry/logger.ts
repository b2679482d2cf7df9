import { type DestinationStream, destination, type Logger, pino } from 'pino';
import type { Environment } from '../config/environment.js';
import { prettyStream } from './prettyLog.js';

/** Nothing of these may ever stand in a log. */
const secretPaths = [
  'authorization',
  'secret',
  'token',
  'key',
  'req.headers.authorization',
  '*.authorization',
  '*.secret',
  // Where a database tells of the row that it refused, and that may hold a prompt.
  'err.detail',
  'err.where',
  'err.cause.detail',
  'err.cause.where',
];

/** The server's logger: to standard error, readable on a terminal, one JSON object a line elsewhere. */
export function createLogger(level: Environment['log'], stream?: DestinationStream): Logger {
  const target =
    stream ??
    (process.stderr.isTTY
      ? prettyStream((text) => process.stderr.write(text), process.env.NO_COLOR === undefined)
      : destination({ dest: 2, sync: true }));
  return pino({ level, redact: secretPaths, base: undefined }, target);
}
