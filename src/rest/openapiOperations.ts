import type { Scope } from '../access/Principal.js';
import type { ErrorCode } from '../errors/index.js';
import type { SchemaName } from './openapiSchemas.js';

/** What a route does, for the API description. */
export interface DescribedOperation {
  /** Unique, for tools that make clients. */
  id: string;
  group: 'Text' | 'Prompts' | 'Models' | 'Config' | 'Description';
  summary: string;
  description?: string;
  /** What the caller needs; none: no token either. */
  scope?: Scope;
  /** Names of `parameters` in `openapiDocument.ts`, beside those of the path. */
  parameters?: readonly ('idempotencyKey' | 'after' | 'lastEventId')[];
  request?: SchemaName;
  status: 200 | 202;
  /** What the answer holds; streams come as lines or as server-sent events. */
  answer: { json?: SchemaName; lines?: boolean; other?: string };
  /** Beside those of every answer. */
  headers?: readonly ('X-Prompt-Id' | 'X-LlamaHome-Model' | 'Location')[];
  /** Beside those of every route that needs a token. */
  errors: readonly ErrorCode[];
}

const ofBody = ['invalid_request', 'payload_too_large', 'unsupported_media_type'] as const;
const ofRunning = [
  'context_length_exceeded',
  'model_not_found',
  'cancelled',
  'engine_failed',
  'overloaded',
  'model_unavailable',
  'deadline_exceeded',
] as const;
const ofSubmitting = [...ofBody, ...ofRunning, 'query_too_complex', 'idempotency_mismatch'] as const;

const streaming =
  'Newline-delimited JSON, or server-sent events when the request accepts `text/event-stream`: lines with pieces of the text, and a last one with `done` or `error`.';

/** By method and path, as `routes.ts` has them. */
export const operations: Readonly<Record<string, DescribedOperation>> = {
  'POST /process': {
    id: 'process',
    group: 'Text',
    summary: 'Generates a text and waits for it',
    description: 'With `stream: true` it answers as POST /stream. Leaving cancels the prompt.',
    scope: 'prompts:run',
    parameters: ['idempotencyKey'],
    request: 'PromptRequest',
    status: 200,
    answer: { json: 'Text', lines: true },
    headers: ['X-Prompt-Id', 'X-LlamaHome-Model'],
    errors: ofSubmitting,
  },
  'POST /stream': {
    id: 'stream',
    group: 'Text',
    summary: 'Generates a text and sends it as it comes',
    description: `${streaming} Leaving cancels the prompt.`,
    scope: 'prompts:run',
    parameters: ['idempotencyKey'],
    request: 'PromptRequest',
    status: 200,
    answer: { lines: true },
    headers: ['X-Prompt-Id', 'X-LlamaHome-Model', 'Location'],
    errors: ofSubmitting,
  },
  'POST /batch': {
    id: 'batch',
    group: 'Text',
    summary: 'Generates several texts, decoded together',
    description:
      "The results stand in the order asked, and one that failed spoils only itself. Each prompt counts against the caller's allowance, and a batch larger than the burst of its tier is refused.",
    scope: 'prompts:run',
    parameters: ['idempotencyKey'],
    request: 'BatchRequest',
    status: 200,
    answer: { json: 'BatchResult' },
    headers: ['X-LlamaHome-Model'],
    errors: [...ofBody, 'query_too_complex', 'model_not_found', 'idempotency_mismatch', 'overloaded', 'cancelled'],
  },
  'POST /prompts': {
    id: 'submitPrompt',
    group: 'Prompts',
    summary: 'Hands a prompt over and returns at once',
    description: 'It runs on without its caller, after a restart of the server too.',
    scope: 'prompts:run',
    parameters: ['idempotencyKey'],
    request: 'PromptRequest',
    status: 202,
    answer: { json: 'SubmittedPrompt' },
    headers: ['X-Prompt-Id', 'X-LlamaHome-Model', 'Location'],
    errors: ofSubmitting,
  },
  'GET /prompts/:id': {
    id: 'readPrompt',
    group: 'Prompts',
    summary: 'A prompt as it stands',
    scope: 'prompts:run',
    status: 200,
    answer: { json: 'Prompt' },
    errors: ['invalid_request', 'prompt_not_found'],
  },
  'GET /prompts/:id/stream': {
    id: 'followPrompt',
    group: 'Prompts',
    summary: 'The text of a prompt as it comes, from its beginning or behind a cursor',
    description: `${streaming} Each line has a \`cursor\`: with it in \`after\`, or in the header Last-Event-ID, a broken stream goes on right there. Leaving cancels nothing.`,
    scope: 'prompts:run',
    parameters: ['after', 'lastEventId'],
    status: 200,
    answer: { lines: true },
    headers: ['X-Prompt-Id', 'Location'],
    errors: ['invalid_request', 'prompt_not_found', 'internal_error', ...ofRunning],
  },
  'POST /prompts/:id/cancel': {
    id: 'cancelPrompt',
    group: 'Prompts',
    summary: 'Stops a prompt before its next token',
    description: 'What it had stays; one that has ended stays as it is.',
    scope: 'prompts:run',
    status: 200,
    answer: { json: 'Prompt' },
    errors: ['invalid_request', 'prompt_not_found'],
  },
  'DELETE /prompts/:id': {
    id: 'deletePrompt',
    group: 'Prompts',
    summary: 'Cancels a prompt and leaves no trace of its content',
    scope: 'prompts:run',
    status: 200,
    answer: { json: 'DeletedPrompt' },
    errors: ['invalid_request', 'prompt_not_found'],
  },
  'GET /models': {
    id: 'listModels',
    group: 'Models',
    summary: 'The models that the server knows',
    scope: 'models:read',
    status: 200,
    answer: { json: 'Models' },
    errors: [],
  },
  'GET /models/:id': {
    id: 'readModel',
    group: 'Models',
    summary: 'A model by catalogue id or alias',
    scope: 'models:read',
    status: 200,
    answer: { json: 'Model' },
    errors: ['invalid_request', 'model_not_found'],
  },
  'GET /config': {
    id: 'readConfig',
    group: 'Config',
    summary: 'The settings that can change while the server runs',
    scope: 'config:read',
    status: 200,
    answer: { json: 'Config' },
    errors: [],
  },
  'POST /config': {
    id: 'updateConfig',
    group: 'Config',
    summary: 'Changes settings, all or none of those given',
    description: 'They hold at once. The answer is the whole Config after the change.',
    scope: 'config:write',
    request: 'ConfigRequest',
    status: 200,
    answer: { json: 'Config' },
    errors: ofBody,
  },
  'GET /openapi.json': {
    id: 'openapi',
    group: 'Description',
    summary: 'This description',
    status: 200,
    answer: { other: 'application/json' },
    errors: ['not_found'],
  },
  'GET /docs': {
    id: 'docs',
    group: 'Description',
    summary: 'This description as a page',
    status: 200,
    answer: { other: 'text/html' },
    errors: ['not_found'],
  },
};

/** Parameters that are not part of a path, by the names that operations use. */
export const parameters = {
  idempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'The same key and request within 24 hours are one prompt, which is run once; with another request the key is refused. A failure that may be tried again frees it.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
  after: {
    name: 'after',
    in: 'query',
    description: 'A `cursor`: only what came behind it is sent. Default: from the beginning.',
    schema: { type: 'string' },
  },
  lastEventId: {
    name: 'Last-Event-ID',
    in: 'header',
    description: 'As `after`, and counts more: browsers send it by themselves when they connect again.',
    schema: { type: 'string' },
  },
} as const;
