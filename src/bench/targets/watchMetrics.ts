import type { BatchWatch } from './RunningTarget.js';

/** Native decodes so far, and the sum of the sequences in each. */
export interface Decodes {
  decodes: number;
  sequences: number;
}

/** Sum over all lines of a metric in Prometheus' text format; null when there is none. */
function total(metrics: string, name: string): number | null {
  const values = [...metrics.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'gm'))].map(([, value]) =>
    Number(value),
  );
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
}

/** From the metrics of LlamaHome or of llama-server; null when they are of neither. */
export function readDecodes(metrics: string): Decodes | null {
  const ours = [total(metrics, 'llamahome_step_sequences_count'), total(metrics, 'llamahome_step_sequences_sum')];
  const [steps = null, sequences = null] = ours;
  if (steps !== null && sequences !== null) return { decodes: steps, sequences };
  const decodes = total(metrics, 'llamacpp:n_decode_total');
  const mean = total(metrics, 'llamacpp:n_busy_slots_per_decode');
  return decodes === null || mean === null ? null : { decodes, sequences: mean * decodes };
}

/** Reads a server's metrics before and after: nothing is asked while it is measured. */
export async function watchMetrics(url: string, key: string | null, slots: number | null): Promise<BatchWatch> {
  const headers = key === null ? {} : { headers: { authorization: `Bearer ${key}` } };
  const look = async () => {
    const answer = await fetch(`${url}/metrics`, headers).catch(() => undefined);
    return answer?.ok === true ? readDecodes(await answer.text()) : null;
  };
  const before = await look();
  return {
    async stop() {
      const after = await look();
      if (before === null || after === null || after.decodes === before.decodes) return null;
      return { busy: (after.sequences - before.sequences) / (after.decodes - before.decodes), slots };
    },
  };
}
