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
const mostPublicTexts = 100;
const mostPublicText = 100_000;
const textsError = `must be a list of at most ${mostPublicTexts} texts of 1 to ${mostPublicText} characters`;

function isListOfTexts(value: unknown): boolean {
  if (!Array.isArray(value) || value.length > mostPublicTexts) return false;
  return value.every((text) => typeof text === 'string' && text.length > 0 && text.length <= mostPublicText);
}

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
    // A whole that is right or wrong: the setting is named, not one of its texts.
    publicSystemTexts: z
      .custom<string[]>(isListOfTexts, { error: textsError })
      // As in prompts: half a surrogate pair is no character.
      .transform((texts) => texts.map((text) => text.toWellFormed())),
  }),
}) satisfies z.ZodType<Config>;
