import { z } from 'zod';
import { parseByteSize } from './byteSize.js';
import type { Config } from './Config.js';

function whole(minimum: number, maximum: number) {
  const error = `must be a whole number from ${minimum} to ${maximum}`;
  return z.int({ error }).min(minimum, { error }).max(maximum, { error });
}

const temperatureError = 'must be a number from 0 to 2';
const sizeError = 'must be a size like "10GB" or "512MB"';
const mostModelName = 4096;

/** What each setting may be; `issue.message` goes on after the setting's name. */
export const configSchema = z.strictObject({
  modelSettings: z.strictObject({
    defaultModel: z
      .string({ error: 'must be the id of a model' })
      .min(1, { error: 'must be the id of a model' })
      .max(mostModelName, { error: `must have at most ${mostModelName} characters` }),
    maxTokens: whole(1, 1_000_000),
    temperature: z
      .number({ error: temperatureError })
      .min(0, { error: temperatureError })
      .max(2, { error: temperatureError }),
  }),
  systemSettings: z.strictObject({
    cacheSize: z
      .string({ error: sizeError })
      .refine((text) => (parseByteSize(text) ?? 0) > 0, sizeError)
      .transform((text) => text.trim().toUpperCase().replace(' ', '')),
    maxRequestsPerMinute: whole(1, 1_000_000),
    retentionDays: whole(1, 36_500),
    retentionCount: whole(1, 1_000_000_000),
    idleUnloadMinutes: whole(0, 1_000_000),
  }),
}) satisfies z.ZodType<Config>;
