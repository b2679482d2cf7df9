import type { Registry } from 'prom-client';
import { counter, type Definition, histogram } from './define.js';

interface Labels {
  model: string;
}

const mostWaiting = 512;

/**
 * Values that a metric takes in together, when it is read or when there are many of them. One by one, each would bring
 * prom-client's code into the processor's caches again: beside a model that is a good part of what a token costs.
 */
export class DeferredValues {
  private readonly labels: Labels[] = [];
  private readonly values: number[] = [];

  constructor(private readonly takeIn: (labels: Labels, value: number) => void) {}

  /**
   * `labels` may not change any more.
   * @throws TypeError unless the value is a number from 0
   */
  add(labels: Readonly<Labels>, value: number): void {
    // Here, where the culprit is, and not in a reading.
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) throw new TypeError(`${value} is not a number from 0.`);
    this.labels.push(labels);
    this.values.push(value);
    if (this.values.length >= mostWaiting) this.clear();
  }

  clear(): void {
    for (const [index, labels] of this.labels.entries()) this.takeIn(labels, this.values[index] ?? 0);
    this.labels.length = 0;
    this.values.length = 0;
  }
}

type DefinitionByModel = Definition<'model'>;

const deferred = new WeakMap<Registry, Map<string, DeferredValues>>();

/** A histogram, by model, of what comes with every step or token. */
export function deferredHistogram(
  registry: Registry,
  definition: DefinitionByModel & { buckets?: number[] },
): DeferredValues {
  return shared(registry, definition, () => {
    const values = new DeferredValues((labels, value) => metric.observe(labels, value));
    const metric = histogram(registry, { ...definition, collect: () => values.clear() });
    return values;
  });
}

/** A counter, by model, of what comes with every step or token. */
export function deferredCounter(registry: Registry, definition: DefinitionByModel): DeferredValues {
  return shared(registry, definition, () => {
    const values = new DeferredValues((labels, value) => metric.inc(labels, value));
    const metric = counter(registry, { ...definition, collect: () => values.clear() });
    return values;
  });
}

/** One for each metric of a registry, as `counter` and `histogram` have it. */
function shared(registry: Registry, { name }: DefinitionByModel, make: () => DeferredValues): DeferredValues {
  let ofRegistry = deferred.get(registry);
  if (ofRegistry === undefined) {
    ofRegistry = new Map();
    deferred.set(registry, ofRegistry);
  }
  let values = ofRegistry.get(name);
  if (values === undefined) {
    values = make();
    ofRegistry.set(name, values);
  }
  return values;
}
