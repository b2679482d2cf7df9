import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answers requests, Node's or the Fetch standard's; give it to whatever routes them. */
export interface LlamaHandler {
  /** @param caller what is known of the caller: its address, for the limit on failed log-ins */
  (request: Request, caller?: { address?: string }): Promise<Response>;
  /** For http, Express and Fastify. A body that a parser has read already is understood. */
  (request: IncomingMessage, response: ServerResponse, ...rest: unknown[]): Promise<undefined>;
}
