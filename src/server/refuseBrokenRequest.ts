import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { errorHeaders } from '../errors/errorHeaders.js';
import { invalidRequest, LlamaHomeError } from '../errors/index.js';
import { writeRawResponse } from '../http/writeRawResponse.js';
import { errorAnswer } from '../rest/answers.js';
import type { Telemetry } from '../telemetry/Telemetry.js';

interface Refusal {
  status: number;
  error: LlamaHomeError;
}

/** What did not become a request, by the codes of Node and its parser; the catalogue has no codes for what HTTP alone knows. */
const refusals: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    error: invalidRequest('headers', 'The address and headers of the request are too long: send less than 16 KB.'),
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: 413,
    error: new LlamaHomeError('payload_too_large', 'The extensions of a chunk of the body are too long.'),
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    error: invalidRequest('request', 'The request did not arrive in time: send its headers and body without a pause.'),
  },
};

const malformed: Refusal = {
  status: 400,
  error: invalidRequest('request', 'This is no well-formed HTTP/1.1 request.'),
};

const unknownExpectation: Refusal = {
  status: 417,
  error: invalidRequest('expect', 'The header Expect can only ask for 100-continue. Leave it out.', {
    allowed: ['100-continue'],
  }),
};

interface Connection {
  socket: Duplex;
  telemetry: Pick<Telemetry, 'request'>;
}

function refuse({ status, error }: Refusal, { socket, telemetry }: Connection, requestId: string): void {
  const observed = telemetry.request({ requestId, transport: 'http', method: 'other', route: 'other' });
  observed.failed(error.code);
  observed.end(status);
  writeRawResponse(socket, { status, headers: errorHeaders(error), body: { error: errorAnswer(error) }, requestId });
}

/** Answers what is malformed, too large or too slow to become a request, and ends the connection. */
export function refuseBrokenRequest(failure: Error, connection: Connection): void {
  const code = 'code' in failure ? String(failure.code) : '';
  // Any other error is one of the connection, which nobody listens on any more.
  if (!/^(HPE_|ERR_HTTP_)/.test(code) || !connection.socket.writable) connection.socket.destroy(failure);
  else refuse(refusals[code] ?? malformed, connection, randomUUID());
}

/** Answers a request whose `Expect` header asks for what is not known, and ends the connection. */
export function refuseExpectation(connection: Connection, requestId: string): void {
  refuse(unknownExpectation, connection, requestId);
}
