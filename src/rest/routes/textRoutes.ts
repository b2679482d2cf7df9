import type { Call } from '../../http/Call.js';
import { jsonResponse } from '../../http/jsonResponse.js';
import * as answers from '../answerSchemas.js';
import { batchAnswer, textAnswer } from '../answers.js';
import { batchDocument, processDocument, streamDocument } from '../documents.js';
import type { PromptInput } from '../generated/graphql.js';
import { idempotencyKeyOf } from '../idempotencyKeyOf.js';
import { type RestRoute, restRoute } from '../RestRoute.js';
import { batchRequest, promptRequest } from '../requestSchemas.js';
import { toBatchInput, toPromptInput } from '../requests.js';
import { eventsOf, streamEvents } from '../streamEvents.js';
import { errorsOfBody, errorsOfSubmitting, linesDescription } from './described.js';
import { promptHeaders } from './promptHeaders.js';

/** Answers with the events of a new prompt; its caller leaving cancels it. */
async function stream({ operations, context, headers }: Call, input: PromptInput): Promise<Response> {
  let promptId = '';
  context.onAccepted = (id) => {
    promptId = id;
  };
  const results = await operations.subscribe(streamDocument, { input }, context);
  const events = eventsOf(results, (data) => data.stream);
  return streamEvents(events, {
    accept: headers.accept,
    resumable: false,
    headers: promptHeaders(promptId),
    heartbeatMs: context.services.heartbeatMs,
    signal: context.signal,
  });
}

export const textRoutes: RestRoute[] = [
  restRoute(
    {
      method: 'POST',
      path: '/process',
      id: 'process',
      group: 'Text',
      summary: 'Generates a text and waits for it',
      description: 'With `stream: true` it answers as POST /stream. Leaving cancels the prompt.',
      scope: 'prompts:run',
      parameters: ['idempotencyKey'],
      request: promptRequest,
      answer: { json: answers.text, lines: answers.line },
      headers: ['X-Prompt-Id', 'X-LlamaHome-Model'],
      errors: errorsOfSubmitting,
    },
    async (call, fields) => {
      const input = toPromptInput(fields, idempotencyKeyOf(call));
      if (fields.stream) return stream(call, input);
      const data = await call.operations.execute(processDocument, { input }, call.context);
      const { prompt } = data.process;
      return jsonResponse(textAnswer(prompt), 200, { 'x-prompt-id': prompt.id });
    },
  ),
  restRoute(
    {
      method: 'POST',
      path: '/stream',
      id: 'stream',
      group: 'Text',
      summary: 'Generates a text and sends it as it comes',
      description: `${linesDescription} Leaving cancels the prompt.`,
      scope: 'prompts:run',
      parameters: ['idempotencyKey'],
      request: promptRequest,
      answer: { lines: answers.line },
      headers: ['X-Prompt-Id', 'X-LlamaHome-Model', 'Location'],
      errors: errorsOfSubmitting,
    },
    async (call, fields) => stream(call, toPromptInput(fields, idempotencyKeyOf(call))),
  ),
  restRoute(
    {
      method: 'POST',
      path: '/batch',
      id: 'batch',
      group: 'Text',
      summary: 'Generates several texts, decoded together',
      description:
        "The results stand in the order asked, and one that failed spoils only itself. Each prompt counts against the caller's allowance, and a batch larger than the burst of its tier is refused.",
      scope: 'prompts:run',
      parameters: ['idempotencyKey'],
      request: batchRequest,
      answer: { json: answers.batch },
      headers: ['X-LlamaHome-Model'],
      errors: [
        ...errorsOfBody,
        'query_too_complex',
        'model_not_found',
        'idempotency_mismatch',
        'overloaded',
        'cancelled',
      ],
    },
    async (call, fields) => {
      const input = toBatchInput(fields, idempotencyKeyOf(call));
      const data = await call.operations.execute(batchDocument, { input }, call.context);
      return jsonResponse(batchAnswer(data.batch));
    },
  ),
];
