import { askAll } from '../control/control-client';
import { defineHiddenRoute, type Route } from '../http/routing/route';
import { mergedText, type Metrics } from '../infra/metrics';

/** `/metrics/all` leaves out processes that take longer to answer. */
const LIMIT_MS = 4_000;

/**
 * Declares what Prometheus scrapes at the internal port of a process: its own metrics, and those of all processes of
 * this host, with the labels `host` and `worker`.
 * @param runDir the folder of the control sockets
 */
export function metricsRoutes({ text, type }: Pick<Metrics, 'text' | 'type'>, runDir: string): Route[] {
  const allText = async () => {
    const all = await askAll(runDir, 'GET /metrics', { timeoutMs: LIMIT_MS });
    return mergedText(all.map(({ answer }) => answer));
  };
  const route = (path: string, read: () => Promise<string>) =>
    defineHiddenRoute({
      path,
      handler: async () => ({
        status: 200,
        headers: { 'Cache-Control': 'no-store' },
        raw: { type, content: await read() },
      }),
    });
  return [route('/metrics', text), route('/metrics/all', allText)];
}
