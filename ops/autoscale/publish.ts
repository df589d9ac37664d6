import { serveControl } from '../../src/control/control-server';
import type { AutoscaleStatus } from '../../src/control/protocol';
import { createMetrics } from '../../src/infra/metrics';
import { messageOf } from '../../src/lib/error-code';
import type { Direction } from './autoscaler';

interface PublisherOptions {
  /** Undefined while AUTOSCALE is unset. */
  status: () => AutoscaleStatus | undefined;
  say: (text: string) => void;
  /** Name of this host. */
  host: string;
}

const name = 'supervisor-0';

/**
 * Answers on a control socket beside those of the workers, so that the live page and `/metrics` of all processes show
 * what the autoscaler does.
 */
export function createPublisher({ status, say, host }: PublisherOptions) {
  const metrics = createMetrics({ host, worker: name });
  const count = metrics.counter('taskfleet_autoscale_steps_total', 'Changes of the number of API workers', [
    'direction',
  ]);
  const counters = { up: count('up'), down: count('down'), back: count('back') };
  const gauge = (of: string, help: string, read: (now: AutoscaleStatus) => number | undefined) =>
    metrics.gauge(`taskfleet_autoscale_${of}`, help, () => {
      const now = status();
      return now && read(now);
    });
  gauge('least_workers', 'Lower bound of the number of API workers', ({ least }) => least);
  gauge('most_workers', 'Upper bound of the number of API workers', ({ most }) => most);
  gauge('workers', 'API workers that the autoscaler sees', ({ workers }) => workers);
  gauge('holding', 'Whether something, such as a pause, forbids a step now', ({ holds }) => Number(!!holds));
  gauge(
    'utilisation',
    'Share of the last second in which the event loops of the API workers had work',
    ({ now }) => now?.utilisation,
  );
  gauge(
    'hash_wait_seconds',
    'Longest time that a password has been waiting for a hash thread',
    ({ now }) => now && now.hashWaitMs / 1_000,
  );
  gauge(
    'rest_seconds',
    'Time until it may add a worker again, after one that brought nothing',
    ({ restMs }) => restMs / 1_000,
  );
  let served: { folder: string; close: () => void } | undefined;

  return {
    onStep: (direction: Direction) => counters[direction](),
    /** Answers in this folder from now on. */
    async publish(folder: string): Promise<void> {
      if (served?.folder === folder) return;
      served?.close();
      served = { folder, close: () => {} };
      const handlers = {
        'GET /autoscale': () => {
          const now = status();
          if (!now) throw new Error('AUTOSCALE is not set.');
          return now;
        },
        'GET /metrics': metrics.json,
      };
      const logger = { warn: (fields: object, text: string) => say(`${text}: ${JSON.stringify(fields)}`) };
      try {
        served = { folder, ...(await serveControl({ folder, name, logger }, handlers)) };
      } catch (error) {
        say(`the live page and the metrics will not show autoscaling: ${messageOf(error)}`);
      }
    },
    close: () => served?.close(),
  };
}
