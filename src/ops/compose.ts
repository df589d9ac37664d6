import type { Audit } from '../audit/audit';
import type { Config } from '../config';
import type { ApiStatus } from '../control/protocol';
import { DRAIN_LOCK, type HostRepository } from '../hosts/host-repository';
import { placeOf } from '../hosts/place';
import { createLock } from '../infra/mongo/lock';
import type { Mongo } from '../infra/mongo/mongo';
import type { LiveChannel } from '../infra/redis/live-channel';
import type { FailedJobs } from '../jobs/failed-jobs';
import type { JobRepository } from '../jobs/job-repository';
import type { NoticeBoard } from '../notices/notice-board';
import type { NoticeRepository } from '../notices/notice-repository';
import type { Logger } from '../process/logger';
import type { UserRepository } from '../users/user-repository';
import { createEventHub } from './event-hub';
import { createFleet, type Fleet } from './fleet';
import type { OpsOptions } from './ops-routes';
import type { OpsSnapshot } from './ops-types';
import { createChangeWorker } from './orders/change-worker';
import { followOrders } from './orders/follow-orders';
import { createOtherHosts } from './orders/other-hosts';
import { createAnnounced } from './view/announced';
import { createElsewhere } from './view/elsewhere';
import { startPublishing } from './view/publisher';
import { createWatch } from './view/watch';

interface SnapshotDeps {
  fleet: Pick<Fleet, 'processes' | 'scaling' | 'messages'>;
  elsewhere: Pick<ReturnType<typeof createElsewhere>, 'look'>;
  announced: ReturnType<typeof createAnnounced>;
  jobs: Pick<JobRepository, 'counts' | 'latest'>;
  /** Name of this worker, its host, and the place of that. */
  name: string;
  host: string;
  place: string;
}

const JOBS = 8;

/** Collects what the live page shows. Workers are shown even if MongoDB or RabbitMQ is away. */
const createSnapshot =
  ({ fleet, elsewhere, announced, jobs, name, host, place }: SnapshotDeps) =>
  async (): Promise<OpsSnapshot<Date>> => {
    const shown = Promise.all([jobs.counts(), jobs.latest(JOBS)]).then(
      ([counts, latest]) => ({ ...counts, latest }),
      () => null,
    );
    const [processes, scaling, messages, others, known] = await Promise.all([
      fleet.processes(),
      fleet.scaling(),
      fleet.messages(),
      elsewhere.look(),
      announced(),
    ]);
    return {
      at: Date.now(),
      by: name,
      host,
      place,
      ...processes,
      elsewhere: others,
      announced: known,
      scaling,
      jobs: await shown,
      messages,
    };
  };

interface OpsDeps {
  mongo: Pick<Mongo, 'db'>;
  hosts: HostRepository;
  users: UserRepository;
  jobs: JobRepository;
  failedJobs: FailedJobs;
  authenticate: OpsOptions['authenticate'];
  board: NoticeBoard;
  notices: NoticeRepository;
  audit: Audit;
  logger: Logger;
  liveChannel: LiveChannel | undefined;
}

/** Builds what the live page shows and can do. */
export function composeOps(
  {
    runDir,
    fullWorkerName: name,
    host: address,
    hostName: host,
    balancerUrls = [],
    isTrial,
  }: Pick<Config, 'runDir' | 'host' | 'fullWorkerName' | 'hostName' | 'balancerUrls' | 'isTrial'>,
  {
    mongo,
    hosts,
    users,
    jobs,
    failedJobs,
    authenticate,
    board,
    notices,
    audit,
    logger,
    liveChannel: channel,
  }: OpsDeps,
) {
  const { orders } = notices;
  const watch = createWatch(board, notices);
  const place = placeOf({ host: address, runDir });
  const own = () => ({ host, place });
  const elsewhere = createElsewhere({ channel, watch, own });
  const announced = createAnnounced(hosts, place);
  const whileOthersServe = createOtherHosts({
    lock: createLock(mongo.db, DRAIN_LOCK),
    hosts,
    balancerUrls,
    place: () => place,
    hearsOneServe: elsewhere.hearsOneServe,
  });
  const fleet = createFleet(runDir, { whileOthersServe });
  let isServing = () => false;
  if (!isTrial) followOrders({ board, orders, fleet, own, logger });
  return {
    routes: {
      hub: createEventHub({ take: createSnapshot({ fleet, elsewhere, announced, jobs, name, host, place }) }),
      fleet,
      change: createChangeWorker({ fleet, orders, own, audit }),
      place: () => ({ place, serving: isServing() }),
      failedJobs,
      authenticate,
      isAdmin: async (id) => (await users.byId(id))?.role === 'Admin',
    } satisfies OpsOptions,
    /** Shows this worker to the live pages of other hosts. @returns a function that stops that */
    publish(status: () => ApiStatus) {
      isServing = () => status().serving;
      return channel && !isTrial
        ? startPublishing({
            ...{ channel, watch, from: own, status },
            others: () => fleet.jobWorkersFor(process.pid),
          })
        : async () => {};
    },
    end: elsewhere.end,
  };
}
