import { LlamaHomeError } from '../../errors/index.js';
import type { Call } from '../../http/Call.js';
import { jsonResponse } from '../../http/jsonResponse.js';
import * as answers from '../answerSchemas.js';
import { promptAnswer, submittedAnswer } from '../answers.js';
import { cancelDocument, deleteDocument, followDocument, promptDocument, submitDocument } from '../documents.js';
import { idempotencyKeyOf } from '../idempotencyKeyOf.js';
import { type RestRoute, restRoute } from '../RestRoute.js';
import { promptRequest } from '../requestSchemas.js';
import { toPromptInput } from '../requests.js';
import { eventsOf, streamEvents } from '../streamEvents.js';
import { errorsOfRunning, errorsOfSubmitting, linesDescription } from './described.js';
import { promptHeaders } from './promptHeaders.js';

/** Answers with the events of a prompt that runs on without its caller. */
async function follow({ operations, context, params: { id = '' }, query, headers }: Call): Promise<Response> {
  // An EventSource that reconnects repeats its address, so what it has read since counts more.
  const lastEventId = headers['last-event-id'];
  const after = (typeof lastEventId === 'string' && lastEventId) || new URLSearchParams(query).get('after');
  const results = await operations.subscribe(followDocument, { id, after }, context);
  const events = eventsOf(results, (data) => data.promptEvents);
  return streamEvents(events, {
    accept: headers.accept,
    resumable: true,
    headers: promptHeaders(id),
    heartbeatMs: context.services.heartbeatMs,
    signal: context.signal,
  });
}

export const promptRoutes: RestRoute[] = [
  restRoute(
    {
      method: 'POST',
      path: '/prompts',
      id: 'submitPrompt',
      group: 'Prompts',
      summary: 'Hands a prompt over and returns at once',
      description: 'It runs on without its caller, after a restart of the server too.',
      scope: 'prompts:run',
      parameters: ['idempotencyKey'],
      request: promptRequest,
      status: 202,
      answer: { json: answers.submitted },
      headers: ['X-Prompt-Id', 'X-LlamaHome-Model', 'Location'],
      errors: errorsOfSubmitting,
    },
    async (call, fields) => {
      const input = toPromptInput(fields, idempotencyKeyOf(call));
      const data = await call.operations.execute(submitDocument, { input }, call.context);
      const { prompt } = data.submit;
      return jsonResponse(submittedAnswer(prompt), 202, promptHeaders(prompt.id));
    },
  ),
  restRoute(
    {
      method: 'GET',
      path: '/prompts/:id',
      id: 'readPrompt',
      group: 'Prompts',
      summary: 'A prompt as it stands',
      scope: 'prompts:run',
      answer: { json: answers.prompt },
      errors: ['invalid_request', 'prompt_not_found'],
    },
    async ({ operations, context, params: { id = '' } }) => {
      const data = await operations.execute(promptDocument, { id }, context);
      if (data.prompt === null) throw new LlamaHomeError('prompt_not_found', `There is no prompt "${id}".`);
      return jsonResponse(promptAnswer(data.prompt));
    },
  ),
  restRoute(
    {
      method: 'GET',
      path: '/prompts/:id/stream',
      id: 'followPrompt',
      group: 'Prompts',
      summary: 'The text of a prompt as it comes, from its beginning or behind a cursor',
      description: `${linesDescription} Each line has a \`cursor\`: with it in \`after\`, or in the header Last-Event-ID, a broken stream goes on right there. Leaving cancels nothing.`,
      scope: 'prompts:run',
      parameters: ['after', 'lastEventId'],
      answer: { lines: answers.line },
      headers: ['X-Prompt-Id', 'Location'],
      errors: ['invalid_request', 'prompt_not_found', 'internal_error', ...errorsOfRunning],
    },
    follow,
  ),
  restRoute(
    {
      method: 'POST',
      path: '/prompts/:id/cancel',
      id: 'cancelPrompt',
      group: 'Prompts',
      summary: 'Stops a prompt before its next token',
      description: 'What it had stays; one that has ended stays as it is.',
      scope: 'prompts:run',
      answer: { json: answers.prompt },
      errors: ['invalid_request', 'prompt_not_found'],
    },
    async ({ operations, context, params: { id = '' } }) => {
      const data = await operations.execute(cancelDocument, { id }, context);
      return jsonResponse(promptAnswer(data.cancelPrompt.prompt));
    },
  ),
  restRoute(
    {
      method: 'DELETE',
      path: '/prompts/:id',
      id: 'deletePrompt',
      group: 'Prompts',
      summary: 'Cancels a prompt and leaves no trace of its content',
      scope: 'prompts:run',
      answer: { json: answers.deleted },
      errors: ['invalid_request', 'prompt_not_found'],
    },
    async ({ operations, context, params: { id = '' } }) => {
      const data = await operations.execute(deleteDocument, { id }, context);
      return jsonResponse({ id: data.deletePrompt.id });
    },
  ),
];
