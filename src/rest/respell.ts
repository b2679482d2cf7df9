/** Words of GraphQL inputs that REST spells otherwise. */
const restNames: Record<string, string> = {
  maxTokens: 'max_tokens',
  topP: 'top_p',
  topK: 'top_k',
  minP: 'min_p',
  repeatPenalty: 'repeat_penalty',
  deadlineMs: 'deadline_ms',
  idempotencyKey: 'Idempotency-Key',
  batchSize: 'batch_size',
  modelSettings: 'model_settings',
  systemSettings: 'system_settings',
  defaultModel: 'default_model',
  cacheSize: 'cache_size',
  maxRequestsPerMinute: 'max_requests_per_minute',
};
const words = new RegExp(`\\b(${Object.keys(restNames).join('|')})\\b`, 'g');

function inWordsOfRest(text: string): string {
  return text.replaceAll(words, (word) => restNames[word] ?? word);
}

export interface ToldError {
  code: string;
  message: string;
  details?: unknown;
}

/** An error of an operation, which speaks of the schema's fields, in the words of REST. */
export function respell({ code, message, details }: ToldError): ToldError {
  const field = typeof details === 'object' && details !== null && 'field' in details ? details.field : undefined;
  return {
    code,
    message: inWordsOfRest(message),
    details: typeof field === 'string' ? { ...Object(details), field: inWordsOfRest(field) } : details,
  };
}
