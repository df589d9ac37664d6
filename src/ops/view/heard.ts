import type { Answers, ApiStatus, JobWorkerStatus } from '../../control/protocol';
import { parseMessage } from './message';

/** A process is no longer shown after this silence. */
const GONE_MS = 30_000;
/** After this silence a process counts as silent. */
export const SILENT_MS = 4_000;
const MOST_HOSTS = 50;
const MOST_PROCESSES = 300;
/** Texts that are read each second, so that a flood costs no more than this. */
const MOST_A_SECOND = 1_000;

/** State of a process of another host, and how long ago it came. */
type Seen<T> = T & { heardMs: number };

export interface OtherHost {
  name: string;
  /** Differs for two hosts of the same name. */
  place: string;
  /** True if another host has the same name. */
  isDouble: boolean;
  workers: Seen<ApiStatus>[];
  jobWorkers: Seen<JobWorkerStatus>[];
}

interface Entry {
  host: string;
  place: string;
  status: Answers['GET /status'];
  at: number;
}

export interface HeardOptions {
  own: () => { host: string; place: string };
  now?: () => number;
}

/** Keeps the latest of what each process of other hosts said, by the time at which it came. */
export function createHeard({ own, now = () => performance.now() }: HeardOptions) {
  const entries = new Map<string, Entry>();
  let ignored = 0;
  let leftOut = new Set<string>();
  let ownAt = -Infinity;
  let second = { from: 0, count: 0 };

  function isFlood(): boolean {
    if (now() - second.from >= 1_000) second = { from: now(), count: 0 };
    return ++second.count > MOST_A_SECOND;
  }

  function forget(): void {
    for (const [key, { at }] of entries) if (now() - at > GONE_MS) entries.delete(key);
  }

  function hasRoomFor(key: string, place: string): boolean {
    if (entries.has(key)) return true;
    const places = new Set([...entries.values()].map((entry) => entry.place));
    return entries.size < MOST_PROCESSES && (places.has(place) || places.size < MOST_HOSTS);
  }

  return {
    /** Takes what came from Redis or MongoDB, which anything may have written. */
    take(text: string): void {
      const message = isFlood() ? undefined : parseMessage(text);
      if (!message) return void (ignored += 1);
      const { host, place } = message;
      if (place === own().place) return void (ownAt = now());
      const { name, pid } = 'gone' in message ? message.gone : message.status;
      const key = `${place} ${name} ${pid}`;
      if ('gone' in message) return void entries.delete(key);
      if (!hasRoomFor(key, place)) return void leftOut.add(key.slice(0, 100));
      entries.set(key, { host, place, status: message.status, at: now() });
    },

    /** When this host last heard a process of its own: proof that the way through Redis works. */
    ownAt: (): number => ownAt,

    /** Returns whether a worker of another host, at none of the places `leftOut`, said after `time` that it serves. */
    servesSince: (time: number, leftOut: Set<string>): boolean =>
      [...entries.values()].some(
        ({ at, place, status }) =>
          at > time && !leftOut.has(place) && status.kind === 'api' && status.serving,
      ),

    /** Lists the other hosts by name, and what is not shown since the last call. */
    list(): { hosts: OtherHost[]; ignored: number; leftOut: number } {
      forget();
      const hosts = new Map<string, OtherHost>();
      for (const { host, place, status, at } of entries.values()) {
        const group = hosts.get(place) ?? { name: host, place, isDouble: false, workers: [], jobWorkers: [] };
        hosts.set(place, group);
        const heardMs = Math.round(now() - at);
        if (status.kind === 'api') group.workers.push({ ...status, heardMs });
        else group.jobWorkers.push({ ...status, heardMs });
      }
      const all = [...hosts.values()];
      for (const host of all) {
        host.isDouble =
          host.name === own().host || all.some((other) => other !== host && other.name === host.name);
        host.workers.sort((a, b) => a.port - b.port || a.startedAt - b.startedAt);
        host.jobWorkers.sort(
          (a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }) || a.startedAt - b.startedAt,
        );
      }
      all.sort((a, b) => a.name.localeCompare(b.name) || a.place.localeCompare(b.place));
      const counts = { ignored, leftOut: leftOut.size };
      leftOut = new Set();
      return { hosts: all, ...counts };
    },
  };
}
