import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessConfig } from '../config';
import type { Logger } from '../process/logger';
import { versions } from '../process/version';
import type { HostRepository } from './host-repository';
import { placeOf } from './place';

const LOOK_MS = 1_000;
/** Every so many looks the process announces itself, and measures its clock. */
const LOOKS_PER_RECORD = 3;
const LOOKS_PER_CLOCK = 30;
/** MongoDB's code of an error for what the user has no rights to. */
const UNAUTHORIZED = 13;
const GRANT =
  'The user of MONGO_URL lacks rights, so this process is not listed, and `taskfleet hosts drain` does not reach it. Grant ' +
  'find, insert, update and remove on the collection `hosts`, in containers by docker compose up -d --force-recreate mongo';

interface AnnouncerOptions {
  config: ProcessConfig;
  hosts: Pick<HostRepository, 'announce' | 'leave' | 'isDrained' | 'skewMs'>;
  /** Name of the process, such as `api-0`. */
  name: string;
  /** Port of an API worker. */
  port?: number;
  /** Ids of the keys of the tokens, in an API worker. */
  keyIds?: () => string[];
  /** Returns whether it takes requests or jobs. */
  isServing: () => boolean;
  /** Takes no requests or jobs any more; resolves once none is under way. */
  drain: () => Promise<void>;
  resume: () => Promise<void>;
  logger: Logger;
}

/**
 * Announces this process in MongoDB every few seconds, and follows what operators want of its host. A trial does
 * neither. A process whose user lacks the rights serves without: the release before needed none.
 */
export function createAnnouncer(options: AnnouncerOptions) {
  const { config, hosts, name, port, keyIds, isServing, drain, resume, logger } = options;
  const about = {
    host: config.hostName,
    process: name,
    pid: process.pid,
    place: placeOf(config),
    address: config.host,
    port,
    release: config.release,
    version: versions.version,
    keyPrefix: config.keyPrefix,
    startedAt: new Date(),
  };
  let followed = false;
  let wanted = false;
  let isChanging = false;
  let skewMs: number | undefined;
  let looks = 0;
  let stopped = config.isTrial;
  let hasWarned = false;

  /** Settles once no announcement is under way. */
  let announced: Promise<unknown> = Promise.resolve();

  async function announce(): Promise<void> {
    if (stopped) return;
    const sent = hosts.announce({ ...about, keyIds: keyIds?.(), skewMs, serving: isServing(), followed });
    announced = Promise.allSettled([announced, sent]);
    await sent;
  }

  /** Does what an operator wants; a failure is repeated at the next look. */
  async function follow(isDrained: boolean): Promise<void> {
    if (isChanging || isDrained === followed) return;
    isChanging = true;
    logger.info(isDrained ? 'An operator drains this host' : 'An operator resumes this host');
    try {
      await (isDrained ? drain() : resume());
      followed = isDrained;
      await announce();
    } finally {
      isChanging = false;
    }
  }

  const warn = (error: Error) =>
    logger.warn({ reason: error.message }, 'Following what an operator wants of this host failed');

  /** Logs once what to grant if MongoDB refused for lack of rights; @returns whether it did. */
  function lacksRights(error: Error): boolean {
    if ((error as { code?: unknown }).code !== UNAUTHORIZED) return false;
    if (!hasWarned) logger.warn({ reason: error.message }, GRANT);
    hasWarned = true;
    return true;
  }

  async function look(): Promise<void> {
    wanted = await hosts.isDrained(about.host);
    void follow(wanted).catch(warn);
    if (looks % LOOKS_PER_CLOCK === 0) skewMs = await hosts.skewMs();
    if (looks % LOOKS_PER_RECORD === 0) await announce();
    looks += 1;
  }

  async function lookAgainAndAgain(): Promise<void> {
    while (!stopped) {
      await look().catch((error: Error) => {
        if (!lacksRights(error)) logger.debug({ reason: error.message }, 'Announcing this process failed');
      });
      await sleep(LOOK_MS, undefined, { ref: false });
    }
  }

  return {
    /**
     * Returns whether this host is drained. Call it before the process takes anything. A trial reads it too, so that it
     * fails if the start would, and is never drained.
     */
    async startsDrained(): Promise<boolean> {
      const isDrained = await hosts.isDrained(about.host).catch((error: Error) => {
        if (lacksRights(error)) return false;
        throw error;
      });
      followed = wanted = isDrained && !stopped;
      return followed;
    },

    start: () => void lookAgainAndAgain(),

    /** True while an operator wants this host to take nothing. */
    isHostDrained: (): boolean => wanted,

    /** Has the list of hosts forget this process. */
    async stop(): Promise<void> {
      if (stopped) return;
      stopped = true;
      // One that arrives later would leave the record of a process that does not run.
      await announced;
      await hosts.leave(about).catch(() => {});
    },
  };
}
