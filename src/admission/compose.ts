import type { Metrics } from '../infra/metrics';
import type { Logger } from '../process/logger';
import { createAdmission, type Admission } from './admission';
import { createLateness, type Lateness } from './lateness';
import { createRecentRefusals } from './recent-refusals';
import { createRefusalLog } from './refusal-log';
import { createRefusals } from './refusals';

/** Builds what decides which work an API worker accepts, and reports refusals to the metrics, the live page and the log. */
export function composeAdmission(metrics: Metrics, logger: Logger) {
  const lateness = createLateness();
  const recent = createRecentRefusals();
  const log = createRefusalLog(logger);
  const refused = createRefusals(metrics, recent.add, log.add);
  const admission = createAdmission({ lateness, refused });
  observeAdmission(metrics, admission, lateness);
  return {
    admission,
    lateness,
    /** Counts one refusal, whichever part of the worker decided on it. */
    refused,
    recentRefusals: recent.list,
    stop(): void {
      lateness.stop();
      log.flush();
    },
  };
}

function observeAdmission(metrics: Metrics, admission: Admission, lateness: Lateness): void {
  metrics.gauge('taskfleet_work_limit', 'Maximum writes and uncached lists under way', admission.limit);
  metrics.gauge('taskfleet_work_under_way', 'Writes and uncached lists under way', admission.underWay);
  metrics.gauge('taskfleet_work_waiting', 'Writes and uncached lists waiting for a place', admission.waiting);
  metrics.gauge('taskfleet_reads_under_way', 'Reads under way', admission.reads);
  metrics.gauge(
    'taskfleet_event_loop_late_seconds',
    'Lateness of the event loop over about the last second',
    () => lateness.recentMs() / 1_000,
  );
}
