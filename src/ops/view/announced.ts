import type { HostRepository } from '../../hosts/host-repository';
import { listHosts } from '../../hosts/list-hosts';

/** Another host, as its processes announce it in MongoDB every few seconds. */
export interface AnnouncedHost {
  name: string;
  place: string;
  apiWorkers: number;
  serving: number;
  jobWorkers: number;
  /** True if an operator wants all of its processes to take nothing. */
  isDrained: boolean;
}

const KEPT_MS = 2_000;
const MOST = 50;

/** Lists the hosts that run, also those that are not heard through Redis: it is away, or a job worker stands alone. */
export function createAnnounced(hosts: Pick<HostRepository, 'all' | 'skewMs'>, ownPlace: string) {
  let kept: AnnouncedHost[] | null = null;
  let readAt = -Infinity;

  /** @returns null if MongoDB does not answer */
  return async (): Promise<AnnouncedHost[] | null> => {
    if (performance.now() - readAt < KEPT_MS) return kept;
    readAt = performance.now();
    const listed = await listHosts(hosts).catch(() => null);
    kept =
      listed
        ?.flatMap(({ place, isGone, ...host }) =>
          place && !isGone && place !== ownPlace
            ? {
                name: host.name,
                place,
                apiWorkers: host.apiWorkers.length,
                serving: host.apiWorkers.filter(({ serving }) => serving).length,
                jobWorkers: host.jobWorkers.length,
                isDrained: host.drainedSince !== undefined,
              }
            : [],
        )
        .slice(0, MOST) ?? null;
    return kept;
  };
}
