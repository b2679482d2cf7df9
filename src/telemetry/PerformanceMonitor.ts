import { type Histogram, type Registry, register } from 'prom-client';
import { BoundedNames } from './BoundedNames.js';
import { operationInstruments } from './instruments/requests.js';

export interface PerformanceMonitorOptions {
  /** Where the metrics are kept; prom-client's default registry when left out. */
  registry?: Registry;
  /** Operations that are measured by name, 200 when left out; further ones are measured as `other`. */
  maxOperations?: number;
}

/** An operation that is under way; it ends once, with `end()` or at the end of a block that declared it with `using`. */
export interface TrackedOperation extends Disposable {
  /** Ends it; returns its duration in seconds. */
  end(outcome?: 'ok' | 'error'): number;
  /** Makes it end as `error` at the end of its block. */
  fail(): void;
}

/**
 * Measures named operations as `llamahome_operation_duration_seconds`.
 *
 * @example
 * const monitor = new PerformanceMonitor();
 * const answer = await monitor.trackOperation('process_prompt', () => processPrompt());
 * // or, for the rest of a block:
 * using operation = monitor.trackOperation('process_prompt');
 */
export class PerformanceMonitor {
  private readonly duration: Histogram<'operation' | 'outcome'>;
  private readonly names: BoundedNames;

  constructor({ registry = register, maxOperations = 200 }: PerformanceMonitorOptions = {}) {
    this.duration = operationInstruments(registry).duration;
    this.names = new BoundedNames(maxOperations);
  }

  /** Begins to measure. */
  trackOperation(name: string): TrackedOperation;
  /** Measures `work` until it returns, or until its promise settles; passes on what it gives or throws. */
  trackOperation<Result>(name: string, work: () => Result): Result;
  trackOperation<Result>(name: string, work?: () => Result): Result | TrackedOperation {
    const operation = this.begin(this.names.label(name));
    if (work === undefined) return operation;
    let result: Result;
    try {
      result = work();
    } catch (error) {
      operation.end('error');
      throw error;
    }
    if (!(result instanceof Promise)) {
      operation.end();
      return result;
    }
    result.then(
      () => operation.end(),
      () => operation.end('error'),
    );
    return result;
  }

  private begin(operation: string): TrackedOperation {
    const begun = performance.now();
    let seconds: number | undefined;
    let atEnd: 'ok' | 'error' = 'ok';
    const end = (outcome = atEnd) => {
      if (seconds === undefined) {
        seconds = (performance.now() - begun) / 1000;
        this.duration.observe({ operation, outcome }, seconds);
      }
      return seconds;
    };
    return {
      end,
      fail: () => {
        atEnd = 'error';
      },
      [Symbol.dispose]: () => {
        end();
      },
    };
  }
}
