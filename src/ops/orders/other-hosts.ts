import { askNginx } from '../../hosts/ask-nginx';
import type { HostRepository } from '../../hosts/host-repository';
import { hostsOf } from '../../hosts/list-hosts';
import type { Lock } from '../../infra/mongo/lock';

interface OtherHostsDeps {
  /** Held by one host at a time: of two hosts whose last workers are drained at once, each would count on the other. */
  lock: Pick<Lock, 'within'>;
  hosts: Pick<HostRepository, 'all'>;
  /** Base URLs of NGINX; without any, what other hosts publish is believed. */
  balancerUrls: string[];
  place: () => string;
  /** Resolves true once a worker elsewhere, at none of the places `leftOut`, has said after this call that it serves. */
  hearsOneServe: (leftOut: Set<string>) => Promise<boolean>;
  lockMs?: number;
}

const LOCK_MS = 3_000;

/**
 * Decides whether the last worker of this host that serves may leave. NGINX is asked itself, through the requests that
 * it passes on: a host may run and not be in its list.
 */
export function createOtherHosts(deps: OtherHostsDeps) {
  const { lock, hosts, balancerUrls, place, hearsOneServe, lockMs = LOCK_MS } = deps;

  /** Lists this host, and those that an operator wants drained: they may serve for a moment more. */
  async function leavingPlaces(): Promise<Set<string>> {
    const drained = hostsOf(await hosts.all(), Date.now()).filter(({ drainedSince }) => drainedSince);
    return new Set([place(), ...drained.flatMap((host) => host.place ?? [])]);
  }

  async function faultOf(): Promise<string | undefined> {
    const leftOut = await leavingPlaces();
    if (balancerUrls.length === 0)
      return (await hearsOneServe(leftOut)) ? undefined : 'no worker of another host says that it serves.';
    const found = (await askNginx(balancerUrls, leftOut)).map(({ passesToOthers }) => passesToOthers);
    if (found.every((one) => one === undefined)) return 'NGINX does not answer, so others cannot be found.';
    return found.includes(false)
      ? 'NGINX passes no request to a worker of another host, so none would be answered.'
      : undefined;
  }

  /** Runs `work` while a worker of another host serves. @returns why not otherwise */
  return async (work: () => Promise<void>): Promise<string | undefined> => {
    let fault: string | undefined;
    const isMine = await lock.within(lockMs, async () => {
      fault = await faultOf();
      if (!fault) await work();
    });
    return isMine ? fault : 'another host drains its last one at this moment. Try again.';
  };
}
