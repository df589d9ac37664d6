import { AggregatorRegistry, Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export type Metrics = ReturnType<typeof createMetrics>;

/** Seconds; a cached read takes about a millisecond, a sign-up in a storm several seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

type Reading<T> = T | undefined | Promise<T | undefined>;

/** What one process counts, for Prometheus: with its CPU time, memory and event loop. `worker`: its label. */
export function createMetrics(worker: string) {
  const registers = [new Registry()];
  registers[0]!.setDefaultLabels({ worker });
  collectDefaultMetrics({ register: registers[0] });

  return {
    /**
     * @returns a function that counts one under these values. They are told as 0 from then on: of a series that begins
     * at 1 Prometheus sees no increase, so no alert would see the first. Bind what is known when the process begins.
     */
    counter<L extends string>(name: string, help: string, labelNames: readonly L[]) {
      const counter = new Counter({ name, help, labelNames, registers });
      return (...labels: string[]) => {
        const child = counter.labels(...labels);
        child.inc(0);
        return (value = 1) => child.inc(value);
      };
    },

    /** Takes seconds, and is exported as 0 in the same way. Bind each once: it begins anew. A label with an empty value is left out. */
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

    /** Asked for whenever somebody looks; `read` must not throw. Undefined: it can't be told. */
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

    /** The same of several, told apart by a label. */
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

    /** What this process is: always 1, for its labels. */
    info(name: string, help: string, labels: Record<string, string>): void {
      new Gauge({ name, help, labelNames: Object.keys(labels), registers }).labels(labels).set(1);
    },

    /** In Prometheus' text format. */
    text: () => registers[0]!.metrics(),
    type: registers[0]!.contentType,

    /** For `mergedText` of another process. */
    json: () => registers[0]!.getMetricsAsJSON(),
  };
}

/** Of several processes, told apart by their label. */
export const mergedText = (all: object[][]): Promise<string> => AggregatorRegistry.aggregate(all).metrics();
