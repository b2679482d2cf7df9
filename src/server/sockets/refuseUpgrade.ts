import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorHeaders } from '../../errors/errorHeaders.js';
import { invalidRequest, LlamaHomeError } from '../../errors/index.js';
import { formatErrors, toGraphQLError } from '../../graphql/execution/toGraphQLError.js';
import { requestIdFrom } from '../../http/requestId.js';
import { writeRawResponse } from '../../http/writeRawResponse.js';
import { errorAnswer } from '../../rest/answers.js';
import type { Telemetry } from '../../telemetry/Telemetry.js';

interface Refusal {
  error: LlamaHomeError;
  /** Whether the request came to GraphQL, which tells errors in its own form. */
  isGraphQL: boolean;
  telemetry: Pick<Telemetry, 'request'>;
}

/** What is wrong with a handshake, in the catalogue's words; `reason` is the WebSocket library's. */
export function handshakeError({ method }: IncomingMessage, reason: string): LlamaHomeError {
  if (method === 'GET') return invalidRequest('handshake', `This is no WebSocket handshake: ${reason}.`);
  return new LlamaHomeError('method_not_allowed', 'A WebSocket is opened by GET.', { allowed: ['GET'] });
}

/** Answers an upgrade request that is not taken over as any other request would be answered, and ends the connection. */
export function refuseUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  { error, isGraphQL, telemetry }: Refusal,
): void {
  const requestId = requestIdFrom(request.headers['x-request-id']);
  const observed = telemetry.request({ requestId, transport: 'ws', address: request.socket.remoteAddress });
  observed.failed(error.code);
  observed.end(error.status);
  const body = isGraphQL ? { errors: formatErrors([toGraphQLError(error)]) } : { error: errorAnswer(error) };
  const headers = errorHeaders(error);
  if (error.code === 'method_not_allowed') headers.allow = 'GET';
  writeRawResponse(socket, { status: error.status, headers, body, requestId });
}
