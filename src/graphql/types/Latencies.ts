import type { Latencies } from '../../telemetry/PromptTelemetry.js';
import type { Percentiles } from '../../telemetry/RecentValues.js';
import { builder } from '../builder.js';

const PercentilesType = builder.objectRef<Percentiles>('Percentiles').implement({
  description: 'Where recent values lie.',
  fields: (t) => ({
    p50: t.exposeFloat('p50', { description: 'Half of them are at most this.' }),
    p95: t.exposeFloat('p95', { description: '95 of 100 are at most this.' }),
  }),
});

export const LatenciesType = builder.objectRef<Latencies>('Latencies').implement({
  description: 'How long Prompts took in the last five minutes, in milliseconds; null until one did.',
  fields: (t) => ({
    timeToFirstTokenMs: t.expose('timeToFirstTokenMs', {
      type: PercentilesType,
      nullable: true,
      description: 'From arrival to the first token.',
    }),
    interTokenMs: t.expose('interTokenMs', {
      type: PercentilesType,
      nullable: true,
      description: 'Between two tokens of a Prompt.',
    }),
    totalMs: t.expose('totalMs', {
      type: PercentilesType,
      nullable: true,
      description: 'From arrival to the end of completed Prompts.',
    }),
  }),
});
