import { z } from 'zod';
import { askStatus } from '../stack/ask-status';

const liveMs = 2_000;
/** A worker waits 1.5 s for each server behind it before it reports that it is not ready. */
const readyMs = 3_500;

const titles: Record<string, string> = { mongodb: 'MongoDB', redis: 'Redis', rabbitmq: 'RabbitMQ' };

export interface Health {
  /** Describes a wrong or missing answer, such as "answers 500". */
  wrong?: string;
  /** Time until the answer, in milliseconds. */
  ms: number;
  /** Status and reasons of a worker that answers and is not ready. */
  unready?: string;
}

const readiness = z
  .object({
    dependencies: z.record(z.string(), z.object({ required: z.boolean(), status: z.string() })).default({}),
    draining: z.boolean().optional(),
  })
  .catch({ dependencies: {} });

/** Returns why a worker is not ready. @param door its internal port; unset for NGINX, which has no details */
async function askReady(url: string, door?: string) {
  const ask = (place: string) => fetch(place, { signal: AbortSignal.timeout(readyMs) });
  const details = door && (await ask(`${door}/health/ready/details`).catch(() => undefined));
  // Another program may have the port, and an earlier version of the worker has none.
  const isOurs = details && [200, 503].includes(details.status);
  const response = isOurs ? details : await ask(`${url}/health/ready`);
  const text = await response.text();
  if (response.status === 200) return undefined;
  const { dependencies, draining } = readiness.parse(text.startsWith('{') ? JSON.parse(text) : {});
  const lacking = Object.entries(dependencies)
    .filter(([, { required, status }]) => required && status === 'down')
    .map(([name]) => titles[name] ?? name);
  const reasons = [...lacking, ...(draining ? ['it drains'] : [])];
  return reasons.length > 0 ? `${response.status}: ${reasons.join(', ')}` : String(response.status);
}

/** Asks whether a worker is live and, separately, whether it is ready: without MongoDB no worker is ready. */
export async function askHealth(url: string, door?: string): Promise<Health> {
  const asked = performance.now();
  const live = askStatus(`${url}/health/live`, liveMs).then(
    (status) => (status === 200 ? undefined : `answers ${status}`),
    () => 'does not answer',
  );
  const timed = live.then((wrong) => ({ wrong, ms: Math.round(performance.now() - asked) }));
  const ready = askReady(url, door).catch(() => `nothing within ${readyMs / 1_000} s`);
  const [{ wrong, ms }, unready] = await Promise.all([timed, ready]);
  return { wrong, ms, unready };
}
