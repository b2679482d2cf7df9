import type { Principal } from '../access/Principal.js';
import { LlamaHomeError } from '../errors/index.js';
import type { BatchInput, Prompt, PromptEvent, PromptInput } from './Prompt.js';
import type { PromptService } from './PromptService.js';

/** A caller who waits for prompts, or follows one. */
export interface PromptCaller {
  principal: Principal;
  /** Aborted when the caller has gone: prompts that nobody else asked for are cancelled then. */
  signal: AbortSignal;
  /** Called with each prompt as soon as it is submitted. */
  onSubmitted?: (prompt: Prompt) => void;
}

/** Awaits `work`; when the caller goes first, those of `prompts` that nobody else asked for are cancelled. */
async function whileWanted<T>(
  service: PromptService,
  { signal }: PromptCaller,
  prompts: readonly Prompt[],
  work: Promise<T>,
): Promise<T> {
  const onAbort = () => {
    for (const prompt of prompts) service.leave(prompt);
  };
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await work;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Runs a prompt to its end for a caller who waits. A failed one throws its own error, a cancelled one `cancelled`. */
export async function processPrompt(service: PromptService, caller: PromptCaller, input: PromptInput): Promise<Prompt> {
  const submitted = await service.submit(caller.principal, input, 'attached');
  caller.onSubmitted?.(submitted);
  const prompt = await whileWanted(service, caller, [submitted], service.finished(submitted));
  if (prompt.status === 'FAILED') {
    const { code, message, details } = prompt.error ?? { code: 'internal_error', message: 'The prompt failed.' };
    throw new LlamaHomeError(code, message, details);
  }
  if (prompt.status === 'CANCELLED') {
    throw new LlamaHomeError('cancelled', 'The prompt was cancelled before it was complete.', { prompt_id: prompt.id });
  }
  return prompt;
}

/** Runs a batch to its end for a caller who waits; each Prompt carries its own error. */
export async function processBatch(service: PromptService, caller: PromptCaller, input: BatchInput): Promise<Prompt[]> {
  const { prompts } = await service.batch(caller.principal, input);
  for (const prompt of prompts) caller.onSubmitted?.(prompt);
  return whileWanted(service, caller, prompts, Promise.all(prompts.map((prompt) => service.finished(prompt))));
}

/** Submits a prompt and follows it; leaving before its end cancels it. */
export async function streamPrompt(
  service: PromptService,
  { principal, signal, onSubmitted }: PromptCaller,
  input: PromptInput,
): Promise<AsyncIterable<PromptEvent>> {
  const prompt = await service.submit(principal, input, 'followed');
  onSubmitted?.(prompt);
  return service.follow(principal, prompt.id, { signal, onLeave: () => service.leave(prompt) });
}
