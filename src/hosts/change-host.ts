import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../command-line/convention';
import { LONGEST_DRAIN_MS, timeLimits } from '../config/time-limits';
import { DEADLINE_MS } from '../control/api-control';
import type { Lock } from '../infra/mongo/lock';
import type { NginxAnswer } from './ask-nginx';
import type { HostRecord } from './host-model';
import type { HostRepository } from './host-repository';
import { GONE_MS, isLiving, listHosts } from './list-hosts';

const LOCK_MS = 20_000;
/** Longer than the start of a worker and a drain take. DRAIN_MS of that host is unknown here, so the longest counts. */
export const FOLLOW_MS = 60_000 + LONGEST_DRAIN_MS + timeLimits.leaveMs + DEADLINE_MS;
/** Processes announce themselves every 3 s. */
const HEAR_MS = 5_000;
const LOOK_MS = 500;
const SAY_MS = 5_000;

interface ChangeDeps {
  hosts: Pick<HostRepository, 'all' | 'want' | 'skewMs'>;
  /** Lock of `DRAIN_LOCK`. */
  lock: Pick<Lock, 'within'>;
  /** Asks each NGINX of BALANCER_URL; unset if that is. @param leftOut places of hosts that do not count */
  askNginx?: (leftOut: Set<string>) => Promise<NginxAnswer[]>;
  say: (text: string) => void;
  followMs?: number;
  hearMs?: number;
}

const NOT_CHECKED = 'whether NGINX passes requests to another host was not checked';
const allTheSame = (name: string) =>
  `To drain ${name} all the same: npx taskfleet hosts drain ${name} --force`;
const namesOf = (records: HostRecord[]) => records.map(({ process }) => process).join(', ');
const isServingApi = ({ process, serving }: HostRecord) => serving === true && !!process?.startsWith('api-');

/** Drains and resumes hosts by what MongoDB says of them: each process follows within a second or two. */
export function createChangeHost(deps: ChangeDeps) {
  const { hosts, lock, askNginx, say, followMs = FOLLOW_MS, hearMs = HEAR_MS } = deps;

  /** @throws UserError if no host has this name */
  async function requireKnown(name: string): Promise<void> {
    const all = await listHosts(hosts);
    if (all.some((host) => host.name === name)) return;
    const known = [...new Set(all.map((host) => host.name))].join(', ') || 'none';
    throw new UserError(`No host is called ${name}. Known hosts: ${known}. Nothing was changed.`);
  }

  /** Returns the records of the processes of a host: those that announced themselves of late, and the others. */
  async function processesOf(name: string) {
    const now = Date.now() - (await hosts.skewMs());
    const records = (await hosts.all()).filter(({ host, lastSeen }) => host === name && lastSeen);
    return {
      living: records.filter((record) => isLiving(record, now)),
      silent: records.filter((record) => !isLiving(record, now)),
    };
  }

  /** Reports processes that cannot be waited for. @returns ids of the others */
  async function livingOf(name: string): Promise<Set<string>> {
    const { living, silent } = await processesOf(name);
    if (silent.length > 0)
      say(
        `${namesOf(silent)} of ${name} has not reported for ${GONE_MS / 1_000} s. If it runs, it does the same once it reaches MongoDB`,
      );
    return new Set(living.map(({ _id }) => _id));
  }

  /**
   * Waits for the processes that live and those that lived at the start, unless they ended in order: one that fell silent
   * may still serve.
   *
   * @param known ids of those that lived at the start
   * @throws UserError that names the processes that did not follow in time
   */
  async function waitUntilDone(name: string, isDrained: boolean, known: Set<string>): Promise<void> {
    const isBehind = ({ followed, serving }: HostRecord) => followed !== isDrained || serving === isDrained;
    const what = isDrained ? 'drain' : 'serve again';
    const giveUp = performance.now() + followMs;
    for (let saidAt = performance.now(); ;) {
      const { living, silent } = await processesOf(name);
      const left = living.filter(isBehind);
      const lost = silent.filter((record) => known.has(record._id) && isBehind(record));
      if (left.length + lost.length === 0) return;
      if (left.length === 0 || performance.now() > giveUp) {
        const faults = [
          ...(left.length > 0
            ? [`${namesOf(left)} of ${name} did not ${what} within ${followMs / 1_000} s.`]
            : []),
          ...lost.map(
            ({ process, lastSeen }) =>
              `${process} of ${name} was not heard of since ${lastSeen!.toISOString()}: it died or is cut off.`,
          ),
        ];
        throw new UserError(
          `${faults.join('\n')}\nThe request stays in force: each process follows when it can.\n` +
            'npx taskfleet hosts shows the state; the log of the process says why.',
        );
      }
      if (performance.now() - saidAt > SAY_MS) {
        saidAt = performance.now();
        say(`waiting for ${name}: ${namesOf(left)} still to ${what}`);
      }
      await sleep(LOOK_MS);
    }
  }

  /** Resolves true once an API worker of another host has announced, after this call, that it serves. */
  async function hearsAnother(name: string): Promise<boolean> {
    let before: Map<string, number> | undefined;
    for (const giveUp = performance.now() + hearMs; performance.now() < giveUp; await sleep(LOOK_MS)) {
      const all = await hosts.all();
      const now = Date.now() - (await hosts.skewMs());
      const drained = all.filter(({ isDrained }) => isDrained).map(({ host }) => host);
      const others = all.filter(
        (record) =>
          record.host !== name &&
          !drained.includes(record.host) &&
          isServingApi(record) &&
          isLiving(record, now),
      );
      if (others.length === 0) return false;
      // What was announced before says nothing of a host that died since.
      const known = (before ??= new Map(all.map(({ _id, lastSeen }) => [_id, lastSeen?.getTime() ?? 0])));
      if (others.some(({ _id, lastSeen }) => lastSeen!.getTime() > (known.get(_id) ?? 0))) return true;
    }
    return false;
  }

  /** @throws UserError if an NGINX passes no request to a host other than this one and those that are drained */
  async function requireListed(name: string): Promise<void> {
    if (!askNginx) return say(`BALANCER_URL is not set: ${NOT_CHECKED}`);
    const all = await hosts.all();
    const leaving = new Set([name, ...all.flatMap(({ host, isDrained }) => (isDrained ? host : []))]);
    const places = all.flatMap(({ host, place }) => (place && leaving.has(host) ? place : []));
    const answers = await askNginx(new Set(places));
    const without = answers.filter(({ passesToOthers }) => passesToOthers === false);
    if (without.length > 0)
      throw new UserError(
        `NGINX at ${without.map((one) => one.name).join(', ')} passes no request to another host, so clients would get no ` +
          `answer. Nothing was changed. Set API_HOSTS there (docs/hosts.md). ${allTheSame(name)}`,
      );
    const away = answers.filter(({ passesToOthers }) => passesToOthers === undefined);
    if (away.length > 0)
      say(`NGINX at ${away.map((one) => one.name).join(', ')} does not answer: ${NOT_CHECKED}`);
  }

  /** Stores the request unless no other host serves. Run it under the lock. */
  async function wantDrained(name: string, force: boolean, lost: AbortSignal): Promise<void> {
    const { living } = await processesOf(name);
    const hasApi = living.some(({ process }) => process!.startsWith('api-'));
    if (hasApi && !force) {
      if (!(await hearsAnother(name)))
        throw new UserError(
          `No other host serves, so clients would get no answer. Nothing was changed. ${allTheSame(name)}`,
        );
      await requireListed(name);
    }
    lost.throwIfAborted();
    await hosts.want(name, true);
    // Until its workers have begun to leave, another host must not count on them.
    for (const giveUp = performance.now() + hearMs; performance.now() < giveUp; await sleep(LOOK_MS))
      if (!(await processesOf(name)).living.some(isServingApi)) return;
  }

  return {
    async drain(name: string, { force = false } = {}): Promise<void> {
      await requireKnown(name);
      const known = await livingOf(name);
      if (!(await lock.within(LOCK_MS, (lost) => wantDrained(name, force, lost))))
        throw new UserError('Another drain takes too long. Nothing was changed.');
      await waitUntilDone(name, true, known);
    },

    async resume(name: string): Promise<void> {
      await requireKnown(name);
      const known = await livingOf(name);
      await hosts.want(name, false);
      await waitUntilDone(name, false, known);
    },
  };
}
