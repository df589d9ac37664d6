import { askAll } from '../control/control-client';
import { defineHiddenRoute, type Route } from '../http/routing/route';
import { mergedText, type Metrics } from '../infra/metrics';

/** `/metrics/all` leaves out processes that take longer to answer. */
const LIMIT_MS = 4_000;

/**
 * Declares what Prometheus scrapes at a worker's own port, since NGINX passes neither on for clients: the metrics of
 * this worker, and those of all API workers and job workers of this host, with the label `worker`.
 * @param runDir the folder of the control sockets
 */
export function metricsRoutes({ text, type }: Metrics, runDir: string): Route[] {
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
