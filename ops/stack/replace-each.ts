import { apiName, workerName } from './app-names';
import { workerVariables } from '../../src/config/app-environment';
import { isAlive } from '../../src/lib/is-alive';
import { markLogs } from '../../tools/local-servers/app-logs';
import { requireOk } from './ask-status';
import { sleep, UserError, waitUntil } from '../../tools/command/run-command';
import { messageOf } from '../../src/lib/error-code';
import type { Apps } from './apps';
import type { AppProcess, Tell } from './types';

/** Longer than PM2 waits for a new worker and for the end of the old one. */
const pm2Ms = 60_000;
const readyMs = 15_000;
/** Looks, a second apart, within which most processes crash that crash after they are ready. */
const steadyLooks = 3;
const lookMs = 1_000;

/** PM2's `restarts` counts each start after a crash. */
const hasCrashed = (now: { status: string; restarts: number }, before: AppProcess) =>
  ['waiting restart', 'errored', 'stopped'].includes(now.status) || now.restarts > before.restarts;

/**
 * Replaces workers one after the other, each only once the one before it is ready.
 *
 * @param parts url: of NGINX, if it runs
 * @param present all processes that run
 */
export function createReplacement(
  { apps, say, status, url }: Required<Tell> & { apps: Apps; url?: string },
  present: AppProcess[],
) {
  const lastSaid = markLogs(present);
  const severalJobWorkers = present.filter(({ name }) => name === workerName).length > 1;
  const apiWorkers = present.filter(({ name }) => name === apiName).length;

  /** @returns the name of a process for people */
  const titleOf = ({ name, instance }: AppProcess) =>
    name === apiName ? `API worker ${instance}` : `job worker${severalJobWorkers ? ` ${instance}` : ''}`;

  function failure(process_: AppProcess, what: string) {
    const said = lastSaid(process_);
    return new UserError(`${titleOf(process_)} ${what}${said && `; its last line: ${said}`}`);
  }

  const find = async (id: number) => (await apps.list()).find((process_) => process_.id === id);

  /** Checks the new worker itself: PM2 ends the old one even if the new one isn't ready in time. */
  async function requireNew(before: AppProcess, release: string): Promise<AppProcess> {
    let first: AppProcess | undefined;
    const ask = async () => {
      const now = await find(before.id);
      if (!now) return undefined;
      first ??= now;
      if (hasCrashed(now, first)) return 'crashed';
      if (now.pid === before.pid || now.status !== 'online' || now.release !== release) return undefined;
      if (!isAlive(now.pid)) return undefined;
      const isUp =
        now.port === undefined || (await apps.isHostDrained(now)) || (await apps.isReady(now.port));
      return isUp ? now : undefined;
    };
    const answer = await waitUntil(ask, { timeoutMs: readyMs, everyMs: 200, what: 'not ready' }).catch(
      (error: unknown) => {
        throw failure(before, `is ${messageOf(error)}`);
      },
    );
    if (!answer || answer === 'crashed') throw failure(before, 'crashes');
    return answer;
  }

  /** Asks NGINX often enough to meet every worker. */
  async function requireThroughNginx() {
    for (let i = 0; i < apiWorkers * 2; i += 1) await requireOk(`${url}/health/ready`, 5_000);
  }

  async function renew(
    how: 'reload' | 'revive',
    process_: AppProcess,
    env: Record<string, string>,
    release: string,
  ) {
    const own = process_.name === workerName ? workerVariables(env) : env;
    const variables = { ...own, TASKFLEET_RELEASE: release };
    const script = process_.name === workerName ? 'worker.js' : 'api.js';
    await apps
      .renewOne(how, { id: process_.id, script }, variables, { timeoutMs: pm2Ms })
      .catch((error: unknown) => {
        throw new UserError(`${titleOf(process_)} was not replaced: ${messageOf(error).split('\n').at(-1)}`);
      });
    return requireNew(process_, release);
  }

  /** @param insists true: a process that can't be reloaded is revived */
  async function replace(
    process_: AppProcess,
    env: Record<string, string>,
    release: string,
    insists: boolean,
  ) {
    status(`replacing ${titleOf(process_)}: the new one starts, then the old one ends its requests or jobs`);
    if (process_.status !== 'online') return renew('revive', process_, env, release);
    try {
      return await renew('reload', process_, env, release);
    } catch (error) {
      if (!insists) throw error;
      return renew('revive', process_, env, release);
    }
  }

  /** @param renewed processes, in the state in which they were ready */
  async function requireSteady(renewed: AppProcess[]) {
    status('checking that no new process crashes');
    for (let look = 0; look < steadyLooks; look += 1) {
      await sleep(lookMs);
      const now = await apps.list();
      for (const before of renewed) {
        const same = now.find(({ id }) => id === before.id);
        if (!same || same.pid !== before.pid || hasCrashed(same, before))
          throw failure(before, 'was ready and crashed soon after');
      }
    }
  }

  /** @param options insists: a process that crashes is started anew */
  async function replaceEach(
    env: Record<string, string>,
    release: string,
    {
      isWanted = () => true,
      insists = false,
    }: { isWanted?: (process: AppProcess) => boolean; insists?: boolean } = {},
  ) {
    const renewed: AppProcess[] = [];
    for (const process_ of present.filter(isWanted)) {
      renewed.push(await replace(process_, env, release, insists));
      const newest = renewed.at(-1)!;
      if (url && process_.name === apiName && !(await apps.isHostDrained(newest)))
        await requireThroughNginx();
      say(`${titleOf(process_)} is replaced and ready${process_.port ? ` on port ${process_.port}` : ''}`);
    }
    await requireSteady(renewed);
  }

  return { replaceEach };
}
