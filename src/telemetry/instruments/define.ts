import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What every instrument of ours is called by first. */
const prefix = 'llamahome_';

/** Seconds, from one millisecond to ten minutes. */
export const durationBuckets = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600,
];

/** Tokens of one prompt or text. */
export const tokenBuckets = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144];

export interface Definition<Label extends string> {
  /** Without the common prefix, with its base unit, counters with `_total`. */
  name: string;
  help: string;
  labels?: readonly Label[];
}

/**
 * The counter of that name in the registry; it is made when it is not there, so that several may share it. `collect` is
 * called before each reading.
 */
export function counter<Label extends string>(
  registry: Registry,
  definition: Definition<Label> & { collect?: () => void },
): Counter<Label> {
  const { name, ...rest } = configOf(definition);
  const known = registry.getSingleMetric(name);
  if (known instanceof Counter) return known as Counter<Label>;
  return new Counter<Label>({ name, ...rest, registers: [registry], ...collecting(definition) });
}

/** Like `counter`; what `collect` does not set is gone. */
export function gauge<Label extends string>(
  registry: Registry,
  definition: Definition<Label> & { collect?: (gauge: Gauge<Label>) => void },
): Gauge<Label> {
  const { name, ...rest } = configOf(definition);
  const known = registry.getSingleMetric(name);
  if (known instanceof Gauge) return known as Gauge<Label>;
  const { collect } = definition;
  return new Gauge<Label>({
    name,
    ...rest,
    registers: [registry],
    ...(collect === undefined
      ? {}
      : {
          collect() {
            this.reset();
            collect(this);
          },
        }),
  });
}

/** Like `counter`, with the upper bounds of its buckets; those of durations when none are given. */
export function histogram<Label extends string>(
  registry: Registry,
  definition: Definition<Label> & { buckets?: number[]; collect?: () => void },
): Histogram<Label> {
  const { name, ...rest } = configOf(definition);
  const known = registry.getSingleMetric(name);
  if (known instanceof Histogram) return known as Histogram<Label>;
  return new Histogram<Label>({
    name,
    ...rest,
    buckets: definition.buckets ?? durationBuckets,
    registers: [registry],
    ...collecting(definition),
  });
}

function collecting({ collect }: { collect?: () => void }): { collect?: () => void } {
  return collect === undefined ? {} : { collect };
}

function configOf<Label extends string>({ name, help, labels = [] }: Definition<Label>) {
  return { name: `${prefix}${name}`, help, labelNames: labels };
}
