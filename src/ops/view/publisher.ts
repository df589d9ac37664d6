import type { LiveChannel } from '../../infra/redis/live-channel';
import type { Answers } from '../../control/protocol';
import { farewell, textOf } from './message';
import type { Watch } from './watch';

interface PublisherDeps {
  channel: Pick<LiveChannel, 'publish'>;
  watch: Pick<Watch, 'isWatched'>;
  from: () => { host: string; place: string };
  status: () => Status;
  /** States of processes of this host that this worker publishes for. */
  others: () => Promise<Status[]>;
  everyMs?: number;
}

type Status = Answers['GET /status'];

/** Publishes the state of this process each second while somebody watches. @returns a function that says farewell and stops */
export function startPublishing({ channel, watch, from, status, others, everyMs = 1_000 }: PublisherDeps) {
  async function publish(): Promise<void> {
    if (!watch.isWatched()) return;
    await channel.publish(textOf(from(), status()));
    for (const other of await others()) await channel.publish(textOf(from(), other));
  }
  // While Redis is away, the page says so.
  const timer = setInterval(() => void publish().catch(() => {}), everyMs);
  timer.unref();
  return async (): Promise<void> => {
    clearInterval(timer);
    if (!watch.isWatched()) return;
    const { name, pid } = status();
    await channel.publish(farewell(from(), { name, pid })).catch(() => {});
  };
}
