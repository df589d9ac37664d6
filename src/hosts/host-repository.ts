import type { Connection } from 'mongoose';
import { serverTime } from '../infra/mongo/server-time';
import { hostModel, type HostRecord } from './host-model';

/** Lock of a drain that takes the last worker of a host: of two at once, each would count on the other host. */
export const DRAIN_LOCK = 'drain-host';

export type HostRepository = ReturnType<typeof createHostRepository>;

/** What a process announces of itself. */
interface Announcement {
  host: string;
  process: string;
  pid: number;
  place: string;
  address: string;
  port?: number;
  release: string;
  version: string;
  keyIds?: string[];
  keyPrefix: string;
  skewMs?: number;
  serving: boolean;
  followed: boolean;
  startedAt: Date;
}

const idOf = ({ host, process, place }: Pick<Announcement, 'host' | 'process' | 'place'>) =>
  `${host}/${process}@${place}`;

/** Stores which processes run on which hosts, and what operators want of a host. */
export function createHostRepository(connection: Connection) {
  const Hosts = hostModel(connection);

  return {
    async announce(process: Announcement): Promise<void> {
      await Hosts.updateOne(
        { _id: idOf(process) },
        { $set: process, $currentDate: { lastSeen: true } },
        { upsert: true },
      );
    },

    /** Removes the record of a process that ends, unless its successor has written it. */
    async leave(process: Pick<Announcement, 'host' | 'process' | 'place' | 'pid'>): Promise<void> {
      await Hosts.deleteOne({ _id: idOf(process), pid: process.pid });
    },

    all: (): Promise<HostRecord[]> => Hosts.find().lean(),

    /** Returns whether an operator wants this host to take no requests and no jobs. */
    async isDrained(host: string): Promise<boolean> {
      const found = await Hosts.findById(host, { isDrained: 1 }).lean();
      return found?.isDrained ?? false;
    },

    async want(host: string, isDrained: boolean): Promise<void> {
      if (!isDrained) await Hosts.deleteOne({ _id: host });
      else
        await Hosts.updateOne(
          { _id: host },
          { $set: { host, isDrained }, $currentDate: { askedAt: true } },
          { upsert: true },
        );
    },

    /** Measures how many milliseconds this host's clock is ahead of MongoDB's, which is read about half-way. */
    async skewMs(): Promise<number> {
      const asked = performance.now();
      const time = await serverTime(connection);
      return Date.now() - (performance.now() - asked) / 2 - time.getTime();
    },

    prepare: () => Hosts.createIndexes(),
  };
}
