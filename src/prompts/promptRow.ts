import type { Tier } from '../access/Principal.js';
import type { ChatMessage, TokenLogprob } from '../engine/Engine.js';
import { type SamplingParameters, samplingDefaults } from '../engine/sampling.js';
import { fromDate, fromJson, toDate, toName } from '../storage/columns.js';
import type { PromptRow } from '../storage/tables.js';
import type { Prompt, PromptError, PromptMode, Timings, Usage } from './Prompt.js';

/** A Prompt with what only its storage and recovery need. */
export type PromptRecord = Prompt & {
  mode: PromptMode;
  /** Of the owner when it was accepted: how many of its prompts run at once. Null when an earlier build accepted it. */
  ownerTier: Tier | null;
  /** Unique per owner; of a batch only the first prompt has it. */
  idempotencyKey: string | null;
  /** Of the input, to tell a repeated request from another one with the same key. */
  inputHash: string | null;
  deadlineAt: Date | null;
  /** Place in its batch, from 0; when absent, the place among those inserted together. */
  position?: number;
};

export function toRow(record: PromptRecord, place: number): PromptRow {
  return {
    id: record.id,
    owner_id: toName(record.ownerId),
    owner_tier: record.ownerTier,
    batch_id: record.batchId,
    position: record.position ?? place,
    mode: record.mode,
    input: JSON.stringify(record.input),
    messages: JSON.stringify(record.messages),
    sampling: JSON.stringify(record.sampling),
    priority: record.priority,
    model_id: toName(record.modelId),
    warnings: record.warnings.length === 0 ? null : JSON.stringify(record.warnings),
    created_at: record.createdAt.getTime(),
    deadline_at: fromDate(record.deadlineAt),
    input_hash: record.inputHash,
    ...toChangedRow(record),
  };
}

/** The columns that change while a prompt lives. */
export type ChangedRow = ReturnType<typeof toChangedRow>;

export function toChangedRow(record: PromptRecord) {
  return {
    status: record.status,
    text: JSON.stringify(record.text),
    usage: record.usage === null ? null : JSON.stringify(record.usage),
    logprobs: record.logprobs === null ? null : JSON.stringify(record.logprobs),
    timings: JSON.stringify(record.timings),
    finish_reason: record.finishReason,
    error: record.error === null ? null : JSON.stringify(record.error),
    attempt: record.attempt,
    finished_at: fromDate(record.finishedAt),
    idempotency_key: record.idempotencyKey === null ? null : toName(record.idempotencyKey),
  } satisfies Partial<PromptRow>;
}

export function toRecord(row: PromptRow): PromptRecord {
  return {
    id: row.id,
    ownerId: row.owner_id,
    ownerTier: row.owner_tier,
    batchId: row.batch_id,
    position: row.position,
    mode: row.mode,
    status: row.status,
    input: fromJson<string>(row.input),
    messages: fromJson<ChatMessage[]>(row.messages),
    // An earlier build knew fewer parameters.
    sampling: { ...samplingDefaults(), ...fromJson<SamplingParameters>(row.sampling) },
    priority: row.priority,
    modelId: row.model_id,
    warnings: row.warnings === null ? [] : fromJson<string[]>(row.warnings),
    text: fromJson<string>(row.text),
    usage: row.usage === null ? null : fromJson<Usage>(row.usage),
    logprobs: row.logprobs === null ? null : fromJson<TokenLogprob[]>(row.logprobs),
    timings: fromJson<Timings>(row.timings),
    finishReason: row.finish_reason,
    error: row.error === null ? null : fromJson<PromptError>(row.error),
    attempt: row.attempt,
    createdAt: new Date(row.created_at),
    finishedAt: toDate(row.finished_at),
    deadlineAt: toDate(row.deadline_at),
    idempotencyKey: row.idempotency_key,
    inputHash: row.input_hash,
  };
}
