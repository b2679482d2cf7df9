import { LlamaHomeError } from '../errors/index.js';
import type { BatchInput, Prompt, PromptEvent, PromptInput } from '../prompts/Prompt.js';
import type { GraphQLContext } from './context.js';

/** Awaits `work`; when the caller goes first, those of `prompts` that nobody else asked for are cancelled. */
async function whileWanted<T>(context: GraphQLContext, prompts: readonly Prompt[], work: Promise<T>): Promise<T> {
  const onAbort = () => {
    for (const prompt of prompts) context.services.prompts.leave(prompt);
  };
  if (context.signal.aborted) onAbort();
  context.signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await work;
  } finally {
    context.signal.removeEventListener('abort', onAbort);
  }
}

/** Runs a prompt to its end for a caller who waits. A failed one throws its own error, a cancelled one `cancelled`. */
export async function processPrompt(context: GraphQLContext, input: PromptInput): Promise<Prompt> {
  const service = context.services.prompts;
  const submitted = await service.submit(context.principal, input, 'attached');
  context.observed?.ran(submitted);
  context.onAccepted?.(submitted.id);
  const prompt = await whileWanted(context, [submitted], service.finished(submitted));
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
export async function processBatch(context: GraphQLContext, input: BatchInput): Promise<Prompt[]> {
  const service = context.services.prompts;
  const { prompts } = await service.batch(context.principal, input);
  for (const prompt of prompts) context.observed?.ran(prompt);
  return whileWanted(context, prompts, Promise.all(prompts.map((prompt) => service.finished(prompt))));
}

/** Submits a prompt and follows it; leaving before its end cancels it. */
export async function streamPrompt(context: GraphQLContext, input: PromptInput): Promise<AsyncIterable<PromptEvent>> {
  const { services, principal, signal, observed } = context;
  const prompt = await services.prompts.submit(principal, input, 'followed');
  observed?.ran(prompt);
  context.onAccepted?.(prompt.id);
  return services.prompts.follow(principal, prompt.id, { signal, onLeave: () => services.prompts.leave(prompt) });
}
