import { restPath } from '../../http/paths.js';

/** Where a Prompt can be looked up. */
export function promptHeaders(id: string): Record<string, string> {
  return { 'x-prompt-id': id, location: `${restPath}/prompts/${id}` };
}
