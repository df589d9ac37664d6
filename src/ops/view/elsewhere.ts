import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveChannel } from '../../infra/redis/live-channel';
import { createHeard, SILENT_MS, type HeardOptions, type OtherHost } from './heard';
import type { Watch } from './watch';

/** What can be seen of other hosts. */
export interface Elsewhere {
  /** `none`: REDIS_URL is not set. `away`: not even this worker's own snapshots came back through Redis. */
  redis: 'none' | 'connecting' | 'heard' | 'away';
  hosts: OtherHost[];
  /** Texts that no worker of a similar release can have written. */
  ignored: number;
  /** Processes beyond the bounds of what is shown. */
  leftOut: number;
}

interface ElsewhereDeps extends Pick<HeardOptions, 'own'> {
  /** Unset without REDIS_URL. */
  channel: Pick<LiveChannel, 'listen'> | undefined;
  watch: Pick<Watch, 'keep'>;
}

/** How long the connection stays after the last watcher. */
const LINGER_MS = 5_000;
/** Long enough to connect and to hear a snapshot. */
const RENEW_MS = 3_000;
/** A message that comes later than this was not on its way before. */
const ON_ITS_WAY_MS = 300;
/** Workers learn within 250 ms that they are to publish, and do so each second. */
const HEAR_MS = 3_000;
const LOOK_MS = 100;

/** Listens to the processes of other hosts while somebody watches here. */
export function createElsewhere({ channel, watch, own }: ElsewhereDeps) {
  let heard = createHeard({ own });
  let listener: ReturnType<LiveChannel['listen']> | undefined;
  let since = 0;
  let renewedAt = 0;
  let linger: NodeJS.Timeout | undefined;
  let isOver = false;

  function stop(): void {
    clearTimeout(linger);
    listener?.stop();
    listener = undefined;
  }

  function listen(): void {
    clearTimeout(linger);
    linger = setTimeout(stop, LINGER_MS).unref();
    if (listener || !channel || isOver) return;
    heard = createHeard({ own });
    const { take } = heard;
    listener = channel.listen(take);
    since = performance.now();
  }

  /** This worker hears itself, so its silence means that Redis carries nothing, whatever the reason. */
  function stateOfRedis(): Elsewhere['redis'] {
    if (!listener) return 'none';
    const silentMs = performance.now() - Math.max(since, heard.ownAt());
    if (silentMs <= SILENT_MS) return heard.ownAt() > since ? 'heard' : 'connecting';
    if (performance.now() - renewedAt > RENEW_MS) {
      listener.renew();
      renewedAt = performance.now();
    }
    return 'away';
  }

  return {
    /** Called each second while somebody watches. */
    async look(): Promise<Elsewhere> {
      listen();
      // Without MongoDB the processes publish for some seconds more.
      await watch.keep().catch(() => {});
      return { redis: stateOfRedis(), ...heard.list() };
    },
    /**
     * Returns true once a worker of another host says that it serves, in something that was written after this call.
     * @param leftOut places that do not count
     */
    async hearsOneServe(leftOut: Set<string>): Promise<boolean> {
      if (!channel) return false;
      const from = performance.now() + ON_ITS_WAY_MS;
      for (const giveUp = from + HEAR_MS; performance.now() < giveUp; await sleep(LOOK_MS)) {
        listen();
        await watch.keep().catch(() => {});
        if (heard.servesSince(from, leftOut)) return true;
      }
      return false;
    },

    /** Ends for good: a snapshot may still be under way. */
    end(): void {
      isOver = true;
      stop();
    },
  };
}
