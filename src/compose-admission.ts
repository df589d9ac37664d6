import { createAdmission } from './admission/admission';
import { createLateness } from './admission/lateness';
import { createRecentRefusals } from './admission/recent-refusals';
import { createRefusalLog } from './admission/refusal-log';
import { createRefusals } from './admission/refusals';
import { observeAdmission } from './compose-metrics';
import type { Metrics } from './infra/metrics';
import type { Logger } from './logger';

/** What a worker takes on, and how it is seen what it refuses: metrics, the live page, the log. */
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
