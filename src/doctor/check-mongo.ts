import { consistentUrl } from '../infra/mongo/consistency';
import { compareIndexes, inspectMongo, openMongo } from '../infra/mongo/inspection';
import { askServer, LIMIT_MS } from './ask-server';
import { listHosts } from '../hosts/list-hosts';
import type { HostRepository } from '../hosts/host-repository';
import { findingsOf, inMs, type Finding } from './finding';
import { judgeHosts } from './judge-hosts';
import { judgeIndexes, judgeMongo } from './judge-servers';

type Connection = Awaited<ReturnType<typeof openMongo>>;

/** Creates the models on a connection. */
export type CreateRepositories = (connection: Connection) => {
  jobs: { overdue(): Promise<{ count: number; since: Date | undefined }> };
  hosts: Pick<HostRepository, 'all' | 'skewMs'>;
  notices: { inForce(): Promise<{ cacheOffUntil: Date | undefined; revoked: number }> };
};

/** The relay polls four times a second, and retries after ten seconds. */
const OVERDUE_MS = 30_000;

/**
 * Checks the server, its indexes, and what waits in the database.
 *
 * @param options isDiskKnown: its disk is measured already; isProduction: its data is to last; logs: command that shows
 *   the logs of the job workers
 */
export async function checkMongo(
  url: string,
  {
    createRepositories,
    isDiskKnown,
    isProduction,
    logs,
  }: {
    createRepositories: CreateRepositories;
    isDiskKnown: boolean;
    isProduction: boolean;
    logs: string;
  },
): Promise<Finding[]> {
  const ask = (work: () => Promise<Finding[]>) => askServer('MongoDB', url, work);
  let connection: Connection | undefined;
  const about = await ask(async () => {
    connection = await openMongo(url, LIMIT_MS);
    const facts = await inspectMongo(connection);
    const found = judgeMongo(isDiskKnown ? { ...facts, room: undefined } : facts, isProduction);
    return [...found, ...judgeAddress(url)];
  });
  if (!connection || about.length === 1) return about;
  const opened = connection;
  const { hosts, jobs, notices } = createRepositories(opened);
  const inside = await Promise.all([
    ask(async () => judgeIndexes(await compareIndexes(opened))),
    ask(async () => judgeOutbox(await jobs.overdue(), logs)),
    ask(async () => judgeHosts(await listHosts(hosts))),
    ask(async () => judgeNotices(await notices.inForce())),
  ]);
  void opened.close().catch(() => {});
  return [...about, ...inside.flat()];
}

function judgeAddress(url: string): Finding[] {
  const { ignored } = consistentUrl(url);
  if (ignored.length === 0) return [];
  return [
    findingsOf('MongoDB').warning(
      `MONGO_URL says ${ignored.join(', ')}, which has no effect: reads are from the primary, writes wait for a majority`,
      'Remove it from MONGO_URL',
    ),
  ];
}

function judgeOutbox({ count, since }: { count: number; since: Date | undefined }, logs: string): Finding[] {
  const { ok, warning } = findingsOf('Jobs');
  const waitsMs = since ? Date.now() - since.getTime() : 0;
  if (waitsMs < OVERDUE_MS) return [ok(`${count} jobs wait to be published`)];
  return [
    warning(
      `${count} jobs wait to be published, the oldest for ${Math.round(waitsMs / 1_000)} s`,
      `They run when RabbitMQ and a job worker are up: ${logs}`,
    ),
  ];
}

function judgeNotices({ cacheOffUntil, revoked }: { cacheOffUntil: Date | undefined; revoked: number }) {
  const { ok, warning } = findingsOf('Notices');
  const revocations = ok(`${revoked} removed user${revoked === 1 ? '' : 's'} whose tokens are refused`);
  if (!cacheOffUntil) return [revocations];
  const left = inMs(cacheOffUntil.getTime() - Date.now());
  const cure =
    'It returns by itself; if it goes off repeatedly, check Redis, MongoDB and the network to them';
  const why = 'a change was not confirmed, or another Redis or MongoDB primary took over';
  return [revocations, warning(`The cache is off for all workers, for ${left} more: ${why}`, cure)];
}
