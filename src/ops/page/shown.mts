import type { ApiStatus, JobWorkerStatus } from '../../control/protocol.js';
import type { OpsSnapshot } from '../ops-types.js';
import type { AnnouncedHost } from '../view/announced.js';
import { duration } from './dom.mjs';

/** After this silence a process of another host counts as silent; they report each second. */
const SILENT_MS = 4_000;

/** Its place among all hosts. */
interface Place {
  /** Its name on the page: that of a worker of this host, or HOST/NAME. */
  key: string;
  /** Unique, also if two hosts have the same name, and the same whichever host the page comes from. */
  id: string;
  /** Names it to any worker, since a request may reach another host than the page came from: HOST@PLACE/NAME. */
  address: string;
  hostName: string;
  /** Milliseconds since it was heard; 0 on this host. */
  heardMs: number;
}
export type ShownWorker = ApiStatus & Place;
export type ShownJobWorker = JobWorkerStatus & Place;

export interface ShownHost {
  id: string;
  name: string;
  isHere: boolean;
  /** What is wrong with the host as a whole. */
  note: string;
  /** True if another host has its name: then nothing can be asked of it. */
  isDouble: boolean;
  workers: ShownWorker[];
  jobWorkers: ShownJobWorker[];
  /** Ids of the processes that run here and did not answer. */
  silent: string[];
}

/** Orders `api-2` before `api-10`. */
export const byName = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

export const isSilent = ({ heardMs }: Place): boolean => heardMs > SILENT_MS;

/** During a reload a name occurs twice for a moment: takes the newer process. Sorts by name. */
const newestOfEach = <T extends Place & { name: string }>(all: T[]): T[] =>
  [...new Map(all.map((one) => [one.id, one])).values()].sort((a, b) => byName(a.name, b.name));

const OWN_DOUBLE = 'Another host has the same name. Give one of them another by TASKFLEET_HOST.';
const DOUBLE = `${OWN_DOUBLE} Until then its workers can only be drained there.`;

const DRAINED = 'This host is drained as a whole. To have it serve again: npx taskfleet hosts resume NAME.';

const silence = (heardMs: number[]) =>
  heardMs.length > 0 && Math.min(...heardMs) > SILENT_MS
    ? `Not heard for ${duration(0, Math.min(...heardMs))}: it is down, cut off, or its Redis is not this one.`
    : '';

const plural = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Describes a host of which nothing is heard. */
function describeAnnounced({ apiWorkers, serving, jobWorkers }: AnnouncedHost): string {
  const parts = [
    apiWorkers > 0 && `${serving} of ${plural(apiWorkers, 'API worker')} serve`,
    jobWorkers > 0 && `${plural(jobWorkers, 'job worker')} run`,
  ];
  return `Nothing is heard through Redis. MongoDB says: ${parts.filter(Boolean).join(', ')}.`;
}

/** Lists this host, and then the others. */
export function hostsOf(snapshot: OpsSnapshot<string>): ShownHost[] {
  const { host, place: ownPlace, workers, jobWorkers, silent, elsewhere } = snapshot;
  const announced = snapshot.announced ?? [];
  const own = <T extends { name: string }>(one: T) => ({
    ...one,
    key: one.name,
    id: `${ownPlace}/${one.name}`,
    address: `${host}@${ownPlace}/${one.name}`,
    hostName: host,
    heardMs: 0,
  });
  const here: ShownHost = {
    id: ownPlace,
    name: host,
    isHere: true,
    isDouble: false,
    note: elsewhere.hosts.some(({ name }) => name === host)
      ? OWN_DOUBLE
      : announced.some((one) => one.place === ownPlace && one.isDrained)
        ? DRAINED
        : '',
    workers: newestOfEach(workers.map(own)),
    jobWorkers: newestOfEach(jobWorkers.map(own)),
    silent: silent.map((one) => `${ownPlace}/${one}`),
  };
  const others = elsewhere.hosts.map(({ name, place, isDouble, ...found }): ShownHost => {
    const other = <T extends { name: string }>(one: T) => ({
      ...one,
      key: `${name}/${one.name}`,
      id: `${place}/${one.name}`,
      address: `${name}@${place}/${one.name}`,
      hostName: name,
    });
    const processes = [...found.workers, ...found.jobWorkers];
    return {
      id: place,
      name,
      isHere: false,
      isDouble,
      note:
        silence(processes.map(({ heardMs }) => heardMs)) ||
        (isDouble ? DOUBLE : announced.some((one) => one.place === place && one.isDrained) ? DRAINED : ''),
      workers: newestOfEach(found.workers.map(other)),
      jobWorkers: newestOfEach(found.jobWorkers.map(other)),
      silent: [],
    };
  });
  const unheard = announced
    .filter(({ place }) => !others.some(({ id }) => id === place))
    .map((one): ShownHost => {
      const note = `${one.isDrained ? `${DRAINED} ` : ''}${describeAnnounced(one)}`;
      const nothing = { workers: [], jobWorkers: [], silent: [] };
      return { id: one.place, name: one.name, isHere: false, isDouble: false, note, ...nothing };
    });
  return [here, ...others, ...unheard];
}

/** Says what cannot be seen of other hosts; empty if nothing is missing. */
export function describeElsewhere({ elsewhere, host }: OpsSnapshot<string>): string {
  const { redis, ignored, leftOut } = elsewhere;
  const parts = [
    redis === 'none' && `Without REDIS_URL only the workers of this host, ${host}, are shown.`,
    redis === 'connecting' && 'Looking for other hosts…',
    redis === 'away' &&
      `Redis does not answer, so the figures are those of this host, ${host}. Others may serve all the same.`,
    ignored > 0 && `${ignored} messages in Redis were ignored: no taskfleet of a similar release wrote them.`,
    leftOut > 0 && `${leftOut} processes more publish than this page shows.`,
  ];
  return parts.filter(Boolean).join(' ');
}
