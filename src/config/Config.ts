/** The settings that can change while the server runs, kept in the database. */
export interface Config {
  modelSettings: { defaultModel: string; maxTokens: number; temperature: number };
  systemSettings: {
    /** Memory that loaded models may take together, like "10GB". */
    cacheSize: string;
    /** The basic tier's rate. */
    maxRequestsPerMinute: number;
    /** Days that a finished Prompt is kept. */
    retentionDays: number;
    /** Prompts that are kept, the newest ones. */
    retentionCount: number;
    /** After so long without a Prompt a model is unloaded; 0 is never. */
    idleUnloadMinutes: number;
    /** System texts whose evaluated states all users may share: what begins with one tells nothing of who asked. */
    publicSystemTexts: readonly string[];
  };
}

export interface ConfigPatch {
  modelSettings?: Partial<Config['modelSettings']> | null;
  systemSettings?: Partial<Config['systemSettings']> | null;
}

/** What a request leaves out, on the first day. */
export const initialConfig: Config = {
  modelSettings: { defaultModel: 'smollm2-135m-instruct', maxTokens: 100, temperature: 0.7 },
  systemSettings: {
    cacheSize: '10GB',
    maxRequestsPerMinute: 60,
    retentionDays: 30,
    retentionCount: 100_000,
    idleUnloadMinutes: 0,
    publicSystemTexts: [],
  },
};
