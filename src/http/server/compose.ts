import type { Config } from '../../config';
import type { Metrics } from '../../infra/metrics';
import type { BusyClock } from '../../lib/busy-clock';
import { createAccessLog, type Logger } from '../../process/logger';
import { createRequestMetrics, isUpkeep, type CountRequest } from './request-metrics';
import { createSlowRequests } from './slow-requests';

interface RequestDeps {
  metrics: Metrics;
  clocks: Record<'mongo' | 'redis', BusyClock>;
  logger: Logger;
  /** Called for each answered request of a client. */
  onRequest: CountRequest;
}

/** Builds what reports answered requests: metrics, live page, access log, slow requests. */
export function composeRequests(
  { logLevel, workerName, fullWorkerName, slowRequestMs }: Config,
  { metrics, clocks, logger, onRequest }: RequestDeps,
) {
  const histogram = createRequestMetrics(metrics);
  const countRequest: CountRequest = (method, path, ...rest) => {
    // It is open for as long as an Admin watches: that is no duration of a request.
    if (path === '/ops/events') return;
    histogram(method, path, ...rest);
    if (!isUpkeep(path)) onRequest(method, path, ...rest);
  };
  return {
    countRequest,
    accessLog: createAccessLog(logLevel, workerName, fullWorkerName),
    slow: createSlowRequests({ thresholdMs: slowRequestMs, clocks, logger }),
  };
}
