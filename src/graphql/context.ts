import type { Principal } from '../access/Principal.js';
import type { PromptCaller } from '../prompts/runPrompt.js';
import type { Services } from '../services.js';
import type { ObservedRequest } from '../telemetry/ObservedRequest.js';

/** What is known of one operation before it runs, however it came in. */
export interface OperationContext {
  services: Services;
  /** Sent back as `x-request-id`. */
  requestId: string;
  /** The `Authorization` value of the request, or of `connection_init`. */
  authorization: string | null;
  /** Remote address, for limits on failed log-ins. */
  address: string;
  transport: 'http' | 'ws' | 'rest';
  /** The parsed JSON of a POST over HTTP. */
  body?: unknown;
  /** Aborted when the caller has gone and nobody waits for the answer any more. */
  signal: AbortSignal;
  /** Told the id of a prompt as soon as it is accepted, before anything of it can be answered. */
  onAccepted?: (promptId: string) => void;
  /** Notes what happens on the way, for logs, metrics and traces. */
  observed?: ObservedRequest;
}

/** What resolvers see: the guard plugins have put the Principal there. */
export interface GraphQLContext extends OperationContext {
  principal: Principal;
}

/** The caller of an operation, as prompts take it. */
export function callerOf({ principal, signal, observed, onAccepted }: GraphQLContext): PromptCaller {
  return {
    principal,
    signal,
    onSubmitted: (prompt) => {
      observed?.ran(prompt);
      onAccepted?.(prompt.id);
    },
  };
}
