import { invalidRequest, LlamaHomeError } from '../errors/index.js';
import {
  batchAnswer,
  configAnswer,
  modelAnswer,
  modelSummary,
  promptAnswer,
  textAnswer,
  warningsAnswer,
} from './answers.js';
import {
  batchDocument,
  cancelDocument,
  configDocument,
  deleteDocument,
  followDocument,
  modelDocument,
  modelsDocument,
  processDocument,
  promptDocument,
  streamDocument,
  submitDocument,
  updateConfigDocument,
} from './documents.js';
import type { PromptInput } from './generated/graphql.js';
import { openapiRoutes } from './openapiRoutes.js';
import { jsonResponse, type RestRequest } from './RestRequest.js';
import { readBatchRequest, readConfigRequest, readPromptRequest } from './requests.js';
import { eventsOf, streamEvents } from './streamEvents.js';

type Handler = (request: RestRequest) => Promise<Response>;

/** Path under /api/v1 with `:name` parts, and what each method does there. */
export interface Route {
  path: string;
  /** Needs no token. */
  open?: boolean;
  methods: Partial<Record<'GET' | 'POST' | 'DELETE', Handler>>;
}

/** The key of a request. A client that sends it twice wants to know that it was not damaged on its way. */
function keyOf({ headers }: RestRequest): string | null {
  const key = headers.get('idempotency-key');
  const again = headers.get('x-idempotency-key') ?? key;
  if (again === key) return key;
  throw invalidRequest('x-idempotency-key', 'The headers Idempotency-Key and X-Idempotency-Key must be the same.');
}

/** Where a Prompt can be looked up. */
function promptHeaders(id: string): Record<string, string> {
  return { 'x-prompt-id': id, location: `/api/v1/prompts/${id}` };
}

async function stream({ operations, context, headers }: RestRequest, input: PromptInput): Promise<Response> {
  let promptId = '';
  context.onAccepted = (id) => {
    promptId = id;
  };
  const results = await operations.subscribe(streamDocument, { input }, context);
  return streamEvents(
    eventsOf(results, (data) => data.stream),
    {
      accept: headers.get('accept'),
      resumable: false,
      headers: promptHeaders(promptId),
      heartbeatMs: context.services.heartbeatMs,
      signal: context.signal,
    },
  );
}

const generate: Handler = async (request) => {
  const { input, stream: streamed } = readPromptRequest(await request.body(), keyOf(request));
  if (streamed) return stream(request, input);
  const data = await request.operations.execute(processDocument, { input }, request.context);
  const { prompt } = data.process;
  return jsonResponse(textAnswer(prompt), 200, { 'x-prompt-id': prompt.id });
};

const streamed: Handler = async (request) =>
  stream(request, readPromptRequest(await request.body(), keyOf(request)).input);

const batch: Handler = async (request) => {
  const input = readBatchRequest(await request.body(), keyOf(request));
  const data = await request.operations.execute(batchDocument, { input }, request.context);
  return jsonResponse(batchAnswer(data.batch));
};

const submit: Handler = async (request) => {
  const { input } = readPromptRequest(await request.body(), keyOf(request));
  const data = await request.operations.execute(submitDocument, { input }, request.context);
  const { prompt } = data.submit;
  const { id, status } = prompt;
  return jsonResponse({ id, status: status.toLowerCase(), ...warningsAnswer(prompt) }, 202, promptHeaders(id));
};

const readPrompt: Handler = async ({ operations, context, params: { id = '' } }) => {
  const data = await operations.execute(promptDocument, { id }, context);
  if (data.prompt === null) throw new LlamaHomeError('prompt_not_found', `There is no prompt "${id}".`);
  return jsonResponse(promptAnswer(data.prompt));
};

const follow: Handler = async ({ operations, context, params: { id = '' }, query, headers }) => {
  // An EventSource that reconnects repeats its address, so what it has read since counts more.
  const after = headers.get('last-event-id') || query.get('after');
  const results = await operations.subscribe(followDocument, { id, after }, context);
  return streamEvents(
    eventsOf(results, (data) => data.promptEvents),
    {
      accept: headers.get('accept'),
      resumable: true,
      headers: promptHeaders(id),
      heartbeatMs: context.services.heartbeatMs,
      signal: context.signal,
    },
  );
};

const cancel: Handler = async ({ operations, context, params: { id = '' } }) => {
  const data = await operations.execute(cancelDocument, { id }, context);
  return jsonResponse(promptAnswer(data.cancelPrompt.prompt));
};

const remove: Handler = async ({ operations, context, params: { id = '' } }) => {
  const data = await operations.execute(deleteDocument, { id }, context);
  return jsonResponse({ id: data.deletePrompt.id });
};

const listModels: Handler = async ({ operations, context }) => {
  const data = await operations.execute(modelsDocument, {}, context);
  return jsonResponse({ models: data.models.map(modelSummary) });
};

const readModel: Handler = async ({ operations, context, params: { id = '' } }) => {
  const data = await operations.execute(modelDocument, { id }, context);
  if (data.model === null) throw new LlamaHomeError('model_not_found', `There is no model "${id}".`);
  return jsonResponse(modelAnswer(data.model));
};

const readConfig: Handler = async ({ operations, context }) => {
  const data = await operations.execute(configDocument, {}, context);
  return jsonResponse(configAnswer(data.config));
};

const updateConfig: Handler = async (request) => {
  const input = readConfigRequest(await request.body());
  const data = await request.operations.execute(updateConfigDocument, { input }, request.context);
  return jsonResponse(configAnswer(data.updateConfig.config));
};

export const routes: Route[] = [
  { path: '/process', methods: { POST: generate } },
  { path: '/stream', methods: { POST: streamed } },
  { path: '/batch', methods: { POST: batch } },
  { path: '/prompts', methods: { POST: submit } },
  { path: '/prompts/:id', methods: { GET: readPrompt, DELETE: remove } },
  { path: '/prompts/:id/stream', methods: { GET: follow } },
  { path: '/prompts/:id/cancel', methods: { POST: cancel } },
  { path: '/models', methods: { GET: listModels } },
  { path: '/models/:id', methods: { GET: readModel } },
  { path: '/config', methods: { GET: readConfig, POST: updateConfig } },
  ...openapiRoutes,
];
