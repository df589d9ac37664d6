import { AggregatorRegistry, Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export type Metrics = ReturnType<typeof createMetrics>;

/** Bounds in seconds: a cached read takes about a millisecond, a sign-up under load several seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

type Reading<T> = T | undefined | Promise<T | undefined>;

/**
 * Creates the metrics of one process, with its CPU time, memory and event loop.
 * @param labels of every sample: processes of two hosts can have the same name
 */
export function createMetrics(labels: { host: string; worker: string }) {
  const registers = [new Registry()];
  registers[0]!.setDefaultLabels(labels);
  collectDefaultMetrics({ register: registers[0] });

  return {
    /**
     * Returns a function that binds label values and returns the increment. Bind values at start if they are known:
     * binding exports 0, and Prometheus sees no increase in a series that begins at 1, so no alert would fire.
     */
    counter<L extends string>(name: string, help: string, labelNames: readonly L[]) {
      const counter = new Counter({ name, help, labelNames, registers });
      return (...labels: string[]) => {
        const child = counter.labels(...labels);
        child.inc(0);
        return (value = 1) => child.inc(value);
      };
    },

    /**
     * Like `counter`, for seconds. Bind each set of values once: binding resets it. Empty label values are left out.
     */
    histogram<L extends string>(name: string, help: string, labelNames: readonly L[]) {
      const histogram = new Histogram({ name, help, labelNames, registers, buckets: BUCKETS });
      return (...values: string[]) => {
        const labels = Object.fromEntries(
          labelNames.flatMap((label, i) => (values[i] ? [[label, values[i]]] : [])),
        ) as never;
        const child = histogram.labels(labels);
        histogram.zero(labels);
        return (seconds: number) => child.observe(seconds);
      };
    },

    /** Reads the value on every scrape. `read` must not throw; `undefined` omits the sample. */
    gauge(name: string, help: string, read: () => Reading<number>): void {
      new Gauge({
        name,
        help,
        registers,
        async collect() {
          const value = await read();
          if (value === undefined) this.remove();
          else this.set(value);
        },
      });
    },

    /** Like `gauge`, with one sample for each value of `label`. */
    gauges(name: string, help: string, label: string, read: () => Reading<Record<string, number>>): void {
      new Gauge({
        name,
        help,
        labelNames: [label],
        registers,
        async collect() {
          const values = await read();
          this.reset();
          for (const [of, value] of Object.entries(values ?? {})) this.labels(of).set(value);
        },
      });
    },

    /** Exports the constant 1 with these labels. */
    info(name: string, help: string, labels: Record<string, string>): void {
      new Gauge({ name, help, labelNames: Object.keys(labels), registers }).labels(labels).set(1);
    },

    /** Exports Prometheus' text format. */
    text: () => registers[0]!.metrics(),
    type: registers[0]!.contentType,

    /** Exports what `mergedText` of another process takes. */
    json: () => registers[0]!.getMetricsAsJSON(),
  };
}

/** Merges the `json()` of several processes, which differ by the labels `host` and `worker`, into Prometheus' text format. */
export const mergedText = (all: object[][]): Promise<string> => AggregatorRegistry.aggregate(all).metrics();
