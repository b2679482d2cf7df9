import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { CloseCode, type SubscribePayload } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Principal } from '../../access/Principal.js';
import { type ErrorCode, LlamaHomeError } from '../../errors/index.js';
import type { GuardedContext } from '../../graphql/plugins/GuardPlugin.js';
import type { Services } from '../../services.js';
import type { ObservedRequest } from '../../telemetry/ObservedRequest.js';
import { authorizationOf, traceparentOf } from './callerParams.js';

/** Of RFC 6455's registry. */
const closeCodes = { internalError: 1011, tryAgainLater: 1013 };

/** Only a credential that was looked at and found wanting is refused for good; clients retry what passes. */
function closeCodeOf(code: ErrorCode): number {
  if (code === 'overloaded') return closeCodes.tryAgainLater;
  return code === 'internal_error' ? closeCodes.internalError : CloseCode.Unauthorized;
}

/** One WebSocket and its caller, who is known from `connection_init` on. */
export class SocketSession {
  private principal: Principal | undefined;
  /** What operations are part of that name no other span. */
  private traceparent: string | undefined;
  /** Of the handshake, for the clients that can send headers there; browsers can't. */
  private readonly authorization: string | null;
  private stopWatching: () => void = () => undefined;

  constructor(
    private readonly socket: WebSocket,
    { headers }: Pick<IncomingMessage, 'headers'>,
    private readonly address: string,
    private readonly services: Services,
  ) {
    this.authorization = headers.authorization ?? null;
    this.traceparent = traceparentOf(headers);
  }

  /** Finds out who calls, from `connection_init` or the handshake; gives false when it closes the socket instead. */
  async authenticate(params: Record<string, unknown> | undefined): Promise<boolean> {
    const { access, logger } = this.services;
    try {
      const principal = await access.authenticate(authorizationOf(params) ?? this.authorization, this.address);
      this.principal = principal;
      this.traceparent = traceparentOf(params) ?? this.traceparent;
      // It may have gone while it was authenticated.
      if (this.socket.readyState !== this.socket.OPEN) return false;
      this.stopWatching = access.watch(principal, ({ code }) => this.socket.close(CloseCode.Unauthorized, code));
      return true;
    } catch (error) {
      if (!(error instanceof LlamaHomeError)) logger.error({ err: error }, 'a socket could not be authenticated');
      const code = error instanceof LlamaHomeError ? error.code : 'internal_error';
      const observed = this.observe(randomUUID());
      observed.failed(code);
      observed.end();
      // Closed here, because graphql-ws answers a refusal with 4403.
      this.socket.close(closeCodeOf(code), code);
      return false;
    }
  }

  /** Begins to observe an operation. */
  observe(requestId: string, payload?: SubscribePayload): ObservedRequest {
    const observed = this.services.telemetry.request({
      requestId,
      transport: 'ws',
      address: this.address,
      traceparent: traceparentOf(payload?.extensions) ?? this.traceparent,
    });
    observed.principal = this.principal?.userId;
    return observed;
  }

  /** The context of an operation, which `signal` ends. */
  contextOf(requestId: string, observed: ObservedRequest, signal: AbortSignal): GuardedContext {
    return {
      services: this.services,
      requestId,
      observed,
      authorization: null,
      address: this.address,
      transport: 'ws',
      signal,
      ...(this.principal === undefined ? {} : { principal: this.principal }),
    };
  }

  /** Stops waiting for the token to run out, or the key to be revoked. */
  end(): void {
    this.stopWatching();
  }
}
