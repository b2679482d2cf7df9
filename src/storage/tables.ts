/** Milliseconds since 1970, UTC. */
type Time = number;
/** JSON as text. Texts of users and models are JSON strings: both databases cut or refuse a bare NUL character. */
type Json = string;
type Tier = 'basic' | 'pro' | 'enterprise';

export interface PromptRow {
  id: string;
  owner_id: string;
  owner_tier: Tier | null;
  batch_id: string | null;
  /** Place in its batch, from 0. */
  position: number;
  mode: 'attached' | 'followed' | 'detached';
  status: 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
  input: Json;
  messages: Json;
  sampling: Json;
  priority: 'LOW' | 'NORMAL' | 'HIGH';
  model_id: string;
  /** Null for none. */
  warnings: Json | null;
  logprobs: Json | null;
  text: Json;
  usage: Json | null;
  timings: Json;
  finish_reason: 'STOP' | 'LENGTH' | 'CANCELLED' | 'ERROR' | null;
  error: Json | null;
  attempt: number;
  created_at: Time;
  finished_at: Time | null;
  deadline_at: Time | null;
  idempotency_key: string | null;
  input_hash: string | null;
}

export interface ApiKeyRow {
  id: string;
  name: string;
  prefix: string;
  user_id: string;
  tier: Tier;
  scopes: Json;
  hash: string;
  created_at: Time;
  last_used_at: Time | null;
  revoked_at: Time | null;
}

export interface ConfigRow {
  /** There is one row. */
  id: number;
  value: Json;
  changed_at: Time;
}

export interface ConfigAuditRow {
  /** Time-ordered. */
  id: string;
  at: Time;
  user_id: string;
  path: string;
  old: Json;
  new: Json;
}

/** The tables as the newest migration leaves them. */
export interface Tables {
  prompts: PromptRow;
  api_keys: ApiKeyRow;
  config: ConfigRow;
  config_audit: ConfigAuditRow;
}
