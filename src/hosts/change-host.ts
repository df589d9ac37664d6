import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../command-line/convention';
import { LONGEST_DRAIN_MS } from '../config/time-limits';
import type { createLock } from '../infra/mongo/lock';
import type { HostRepository } from './host-repository';
import { hostsOf, type ListedHost } from './list-hosts';

const LOCK_MS = 20_000;
/** Longer than a drain takes, after the time that a worker serves on, and the start of a worker. */
const FOLLOW_MS = 60_000 + LONGEST_DRAIN_MS;
const LOOK_MS = 500;
const SAY_MS = 5_000;

interface ChangeDeps {
  hosts: Pick<HostRepository, 'all' | 'want' | 'skewMs'>;
  lock: Pick<ReturnType<typeof createLock>, 'attempt'>;
  say: (text: string) => void;
  followMs?: number;
}

/** Lists the hosts. */
export async function listHosts(hosts: Pick<HostRepository, 'all' | 'skewMs'>): Promise<ListedHost[]> {
  const skewMs = await hosts.skewMs();
  return hostsOf(await hosts.all(), Date.now() - skewMs);
}

/** Drains and resumes hosts by what MongoDB says of them: each process follows within a second or two. */
export function createChangeHost({ hosts, lock, say, followMs = FOLLOW_MS }: ChangeDeps) {
  async function named(name: string) {
    const all = await listHosts(hosts);
    const those = all.filter((host) => host.name === name);
    const known = [...new Set(all.map((host) => host.name))].join(', ') || 'none';
    if (those.length === 0)
      throw new UserError(`No host is called ${name}. Known hosts: ${known}. Nothing was changed.`);
    return { all, those };
  }

  /** Names the processes that have not followed yet. */
  const behind = (those: ListedHost[], isDrained: boolean): string[] =>
    those
      .flatMap(({ apiWorkers, jobWorkers }) => [...apiWorkers, ...jobWorkers])
      .filter(({ followed, serving }) => followed !== isDrained || serving === isDrained)
      .map((process) => process.name);

  /** @throws UserError that names the processes that did not follow in time */
  async function waitUntilDone(name: string, isDrained: boolean): Promise<void> {
    const giveUp = performance.now() + followMs;
    for (let saidAt = performance.now(); ;) {
      const left = behind(
        (await listHosts(hosts)).filter((host) => host.name === name),
        isDrained,
      );
      if (left.length === 0) return;
      const what = isDrained ? 'drain' : 'serve again';
      if (performance.now() > giveUp)
        throw new UserError(
          `${left.join(', ')} of ${name} did not ${what} within ${followMs / 1_000} s. The request stays in force: each process follows when it can.\n` +
            'npx taskfleet hosts shows the state; the log of the process says why.',
        );
      if (performance.now() - saidAt > SAY_MS) {
        saidAt = performance.now();
        say(`waiting for ${name}: ${left.join(', ')} still to ${what}`);
      }
      await sleep(LOOK_MS);
    }
  }

  /** Stores the request unless no other host serves. */
  async function wantDrained(name: string, force: boolean): Promise<void> {
    const { all, those } = await named(name);
    const others = all.filter(
      ({ name: other, drainedSince, apiWorkers }) =>
        other !== name && !drainedSince && apiWorkers.some(({ serving }) => serving),
    );
    const isServing = those.some(({ apiWorkers }) => apiWorkers.length > 0);
    if (others.length === 0 && isServing && !force)
      throw new UserError(
        `No other host serves, so clients would get no answer. Nothing was changed. To drain ${name} all the same: ` +
          `npx taskfleet hosts drain ${name} --force`,
      );
    await hosts.want(name, true);
    if (those.every(({ isGone }) => isGone)) say(`no process of ${name} runs; it starts drained`);
  }

  return {
    async drain(name: string, { force = false } = {}): Promise<void> {
      const giveUp = performance.now() + LOCK_MS;
      while (!(await lock.attempt(() => wantDrained(name, force)))) {
        if (performance.now() > giveUp)
          throw new UserError('Another drain takes too long. Nothing was changed.');
        await sleep(LOOK_MS);
      }
      await waitUntilDone(name, true);
    },

    async resume(name: string): Promise<void> {
      await named(name);
      await hosts.want(name, false);
      await waitUntilDone(name, false);
    },
  };
}
