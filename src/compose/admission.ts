import { createAdmission } from '../admission/admission';
import { createLateness } from '../admission/lateness';
import { createRecentRefusals } from '../admission/recent-refusals';
import { createRefusalLog } from '../admission/refusal-log';
import { createRefusals } from '../admission/refusals';
import { observeAdmission, observeDisks } from './metrics';
import type { Config } from '../config';
import { createDiskWatch } from '../disk/disk-watch';
import type { Room } from '../disk/room';
import type { Metrics } from '../infra/metrics';
import type { Logger } from '../process/logger';

interface AdmissionDeps {
  metrics: Metrics;
  logger: Logger;
  /** Asks the database for its free room, unless its folder is configured. */
  askDatabase: () => Promise<Room | undefined>;
}

/** Composes admission, and what reports its refusals: metrics, the live page and the log. */
export async function composeAdmission(
  { diskPlaces, diskReserve }: Pick<Config, 'diskPlaces' | 'diskReserve'>,
  { metrics, logger, askDatabase }: AdmissionDeps,
) {
  const lateness = createLateness();
  const recent = createRecentRefusals();
  const log = createRefusalLog(logger);
  const refused = createRefusals(metrics, recent.add, log.add);
  const admission = createAdmission({ lateness, refused });
  observeAdmission(metrics, admission, lateness);
  const disks = createDiskWatch({
    places: diskPlaces,
    askDatabase,
    reserve: diskReserve,
    onRefused: () => refused('write', 'disk'),
    logger,
  });
  await disks.start();
  observeDisks(metrics, disks);
  return {
    admission,
    disks,
    lateness,
    /** Counts one refusal by any part of the worker. */
    refused,
    recentRefusals: recent.list,
    stop(): void {
      disks.stop();
      lateness.stop();
      log.flush();
    },
  };
}
