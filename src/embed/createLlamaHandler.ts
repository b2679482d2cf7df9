import type { IncomingMessage, ServerResponse } from 'node:http';
import { invalidRequest, type LlamaHomeError } from '../errors/index.js';
import { errorResponse } from '../rest/errorResponse.js';
import type { OpenServer } from '../server/openServer.js';
import type { LlamaHandler } from './LlamaHandler.js';

function isNodeRequest(request: Request | IncomingMessage): request is IncomingMessage {
  return 'rawHeaders' in request;
}

function isNodeResponse(value: object | null): value is ServerResponse {
  return value !== null && 'writeHead' in value;
}

async function send(answer: Response, response: ServerResponse): Promise<undefined> {
  response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
}

/**
 * A handler that answers as soon as the server is open.
 * @param opened the server, or why there is none
 */
export function createLlamaHandler(opened: () => Promise<OpenServer | LlamaHomeError>): LlamaHandler {
  function handle(request: Request, caller?: { address?: string }): Promise<Response>;
  function handle(request: IncomingMessage, response: ServerResponse): Promise<undefined>;
  async function handle(
    request: Request | IncomingMessage,
    second: ServerResponse | { address?: string } = {},
  ): Promise<Response | undefined> {
    if (typeof request !== 'object' || request === null || !('url' in request)) {
      throw invalidRequest('request', 'handler(request) takes a Request of the Fetch standard, or one of Node.');
    }
    const open = await opened();
    if (isNodeRequest(request)) {
      if (!isNodeResponse(second))
        throw invalidRequest('response', 'handler(request, response): the response is missing.');
      if (open instanceof Error) return send(errorResponse(open), second);
      await open.handler.handle(request, second);
      return undefined;
    }
    if (open instanceof Error) return errorResponse(open);
    return open.handler.fetch(request, isNodeResponse(second) ? {} : second);
  }
  return handle;
}
