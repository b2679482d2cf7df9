import { isFinished, type Prompt } from './Prompt.js';
import type { PromptFilter, PromptRecord, PromptRepository } from './PromptRepository.js';

/** A page of prompts, newest first. */
export interface PromptPage {
  prompts: Prompt[];
  hasNextPage: boolean;
}

/**
 * Prompts as they are now. What is stored of one that is under way lags behind: a running one that somebody waits for
 * is stored as QUEUED, and an end is written moments after it was told.
 * @param underWay accepted prompts whose end is not stored yet
 */
export async function listPrompts(
  repository: Pick<PromptRepository, 'list'>,
  underWay: readonly PromptRecord[],
  filter: PromptFilter,
): Promise<PromptPage> {
  const { ownerId, status, first, after } = filter;
  // What has not ended is all in memory, so there is nothing to read for it.
  const isStored = status == null || isFinished(status);
  const stored = isStored ? await repository.list(filter) : { records: [], hasNextPage: false };
  const found = new Map(stored.records.map((record) => [record.id, record]));
  for (const record of underWay) {
    const isWanted =
      (ownerId == null || record.ownerId === ownerId) &&
      (status == null || record.status === status) &&
      (after == null || record.id < after);
    if (isWanted) found.set(record.id, record);
  }
  const prompts = [...found.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
  return { prompts: prompts.slice(0, first), hasNextPage: stored.hasNextPage || prompts.length > first };
}
