// @ts-nocheck
import { askStatus } from '../stack/ask-status';

const liveMs = 2_000;
/** A worker gives each server behind it 1.5 s before it says that it isn't ready. */
const readyMs = 3_500;

const titles = { mongodb: 'MongoDB', redis: 'Redis', rabbitmq: 'RabbitMQ' };

/**
 * @typedef {{ wrong?: string, ms: number, unready?: string }} Health
 *   wrong: it doesn't answer as it should, in words; unready: it does, and why it says that it isn't ready
 */

/** Returns why a worker is not ready. NGINX does not pass the details on. */
async function askReady(url: string) {
  const ask = (place: string) => fetch(`${url}${place}`, { signal: AbortSignal.timeout(readyMs) });
  let response = await ask('/health/ready/details');
  if (response.status === 404) response = await ask('/health/ready');
  const text = await response.text();
  if (response.status === 200) return undefined;
  const { dependencies = {}, draining } = text.startsWith('{') ? JSON.parse(text) : {};
  const lacking = Object.entries(dependencies)
    .filter(([, { required, status }]) => required && status === 'down')
    .map(([name]) => titles[name] ?? name);
  const reasons = [...lacking, ...(draining ? ['it drains'] : [])];
  return reasons.length > 0 ? `${response.status}: ${reasons.join(', ')}` : String(response.status);
}

/**
 * Whether it answers is one question, and whether it is ready another: without MongoDB nobody is, and no worker is
 * to blame.
 */
export async function askHealth(url: string): Promise<Health> {
  const asked = performance.now();
  const live = askStatus(`${url}/health/live`, liveMs).then(
    (status) => ({ wrong: status === 200 ? undefined : `answers ${status}` }),
    () => ({ wrong: 'does not answer' }),
  );
  const timed = live.then(({ wrong }) => ({ wrong, ms: Math.round(performance.now() - asked) }));
  const ready = askReady(url).catch(() => `nothing within ${readyMs / 1_000} s`);
  const [{ wrong, ms }, unready] = await Promise.all([timed, ready]);
  return { wrong, ms, unready };
}
