import { v7 as uuidv7 } from 'uuid';
import type { Principal } from '../access/Principal.js';
import { invalidRequest, isRetryable, LlamaHomeError } from '../errors/index.js';
import { Idempotency } from './Idempotency.js';
import { LivePrompt } from './LivePrompt.js';
import { type NormalisedInput, normaliseInput } from './normaliseInput.js';
import type { BatchInput, Prompt, PromptInput, PromptMode } from './Prompt.js';
import type { PromptRecord } from './PromptRepository.js';
import type { BatchLimit, PromptRunner } from './PromptRunner.js';
import type { PromptServiceOptions } from './PromptServiceOptions.js';
import { withParametersOf } from './parameters.js';
import { promptLimits } from './promptLimits.js';
import { hashInput, type NewPrompt, newRecord } from './records.js';
import { warningsOf } from './warningsOf.js';

/** Characters from which on a prompt is very long. */
const longInput = 32_768;

/** How prompts come in: checked, made whole from Config, kept apart or together by their keys, handed to the runner. */
export class PromptSubmissions {
  private readonly idempotency: Idempotency;

  constructor(
    private readonly options: PromptServiceOptions,
    private readonly runner: PromptRunner,
  ) {
    this.idempotency = new Idempotency(options.repository);
  }

  /** Accepts a prompt or refuses it with a typed error. A detached one is accepted as QUEUED while its model loads. */
  async submit(principal: Principal, input: PromptInput, mode: PromptMode): Promise<Prompt> {
    const normalised = normaliseInput(input, this.options.config.current);
    const model = this.options.models.resolve(input.model);
    await this.checkFormat(principal, normalised);
    const key = input.idempotencyKey ?? null;
    const inputHash = key === null ? null : hashInput(input);
    const create = () =>
      this.accept(principal, normalised, {
        ownerId: principal.userId,
        ownerTier: principal.tier,
        modelId: model.id,
        warnings: warningsOf(input, model),
        mode,
        batchId: null,
        idempotencyKey: key,
        inputHash,
      });
    if (key === null || inputHash === null) return this.called(await create());
    const claim = { ownerId: principal.userId, key, inputHash };
    const [prompt] = await this.idempotency.once(claim, async () => [await create()]);
    return this.called(prompt ?? (await create()));
  }

  /** Accepts all, or refuses the batch as a whole when it finds no room; one that can't run is in the list as FAILED. */
  async batch(principal: Principal, input: BatchInput): Promise<Prompt[]> {
    const count = input.prompts.length;
    const { minimum, maximum } = promptLimits.prompts;
    if (count < minimum || count > maximum) {
      throw invalidRequest('prompts', `prompts must hold ${minimum} to ${maximum} prompts.`, { minimum, maximum });
    }
    const limit = input.batchSize ?? count;
    if (!Number.isInteger(limit) || limit < 1) {
      throw invalidRequest('batchSize', 'batchSize must be a whole number of at least 1.', { minimum: 1 });
    }
    const batchId = `bat_${uuidv7()}`;
    const key = input.idempotencyKey ?? null;
    const inputHash = key === null ? null : hashInput(input);
    const create = () =>
      this.acceptTogether(
        input.prompts.map((prompt, index) => {
          const first = index === 0 ? { idempotencyKey: key, inputHash } : { idempotencyKey: null, inputHash: null };
          return this.acceptOfBatch(principal, withParametersOf(input, prompt), { id: batchId, limit }, first);
        }),
      );
    const prompts =
      key === null || inputHash === null
        ? await create()
        : await this.idempotency.once({ ownerId: principal.userId, key, inputHash }, create);
    return prompts.map((prompt) => this.called(prompt));
  }

  private async checkFormat({ userId }: Principal, { sampling }: NormalisedInput): Promise<void> {
    const { responseFormat } = sampling;
    if (responseFormat !== null) await this.options.responseFormats.check(userId, responseFormat);
  }

  private async accept(principal: Principal, input: NormalisedInput, prompt: NewPrompt): Promise<PromptRecord> {
    const record = newRecord(prompt, input);
    return this.admit(principal, record, null);
  }

  /** A refused prompt costs no allowance, but it takes time to see that a very long one is too long: that is bounded. */
  private async admit(principal: Principal, record: PromptRecord, batch: BatchLimit | null): Promise<PromptRecord> {
    const { access } = this.options;
    const isLong = record.input.length > longInput;
    if (isLong) await access.countEstimate(principal);
    const admitted = await this.runner.admit(record, access.concurrency(principal), batch);
    if (isLong) await access.uncountEstimate(principal);
    return admitted;
  }

  /** When one found no room, the others of the batch are stopped: nobody will fetch them. */
  private async acceptTogether(prompts: Promise<PromptRecord>[]): Promise<PromptRecord[]> {
    const accepted: PromptRecord[] = [];
    let refused: unknown;
    for (const result of await Promise.allSettled(prompts)) {
      if (result.status === 'fulfilled') accepted.push(result.value);
      else refused ??= result.reason;
    }
    if (refused === undefined) return accepted;
    for (const { id } of accepted) {
      const running = this.runner.find(id);
      running?.dispatcher.stop(running.dispatched, 'cancelled');
    }
    throw refused;
  }

  /** One prompt of a batch: what is wrong with it spoils only itself, unless there is no room at all. */
  private async acceptOfBatch(
    principal: Principal,
    input: PromptInput,
    batch: BatchLimit,
    key: { idempotencyKey: string | null; inputHash: string | null },
  ): Promise<PromptRecord> {
    const { models, config, repository } = this.options;
    const owner = {
      ownerId: principal.userId,
      ownerTier: principal.tier,
      mode: 'attached' as const,
      batchId: batch.id,
      ...key,
    };
    let record: PromptRecord | undefined;
    try {
      if (input.idempotencyKey != null) throw keyInBatch();
      const normalised = normaliseInput(input, config.current);
      const model = models.resolve(input.model);
      await this.checkFormat(principal, normalised);
      record = newRecord({ ...owner, modelId: model.id, warnings: warningsOf(input, model) }, normalised);
      return await this.admit(principal, record, batch);
    } catch (error) {
      if (!(error instanceof LlamaHomeError) || error.code === 'overloaded') throw error;
      record ??= newRecord({ ...owner, modelId: input.model ?? '', warnings: [] }, unusable(input, config.current));
      new LivePrompt(record).fail(error);
      if (isRetryable(error.code)) record.idempotencyKey = null;
      await repository.insert([record], { lasting: true });
      return record;
    }
  }

  /** The prompt as it stands now, with one more who asked for it. */
  private called(record: PromptRecord): PromptRecord {
    const running = this.runner.find(record.id);
    if (running === undefined) return record;
    running.callers++;
    return running.record;
  }
}

function keyInBatch(): LlamaHomeError {
  return invalidRequest(
    'idempotencyKey',
    'A prompt of a batch has no key of its own: give the batch an idempotencyKey.',
  );
}

/** What is kept of an input that could not be used. */
function unusable(input: PromptInput, config: Parameters<typeof normaliseInput>[1]): NormalisedInput {
  const text = input.prompt ?? input.messages?.map(({ content }) => content).join('\n') ?? '';
  const normalised = normaliseInput({ prompt: '-' }, config);
  return { ...normalised, input: text.replaceAll('\0', '').toWellFormed(), messages: [] };
}
