// @ts-nocheck
import { apiName, workerName } from './app-names';
import { workerVariables } from '../../src/config/app-environment';
import { isAlive } from '../../tools/command/processes';
import { markLogs } from '../../tools/local-servers/app-logs';
import { requireOk } from './ask-status';
import { sleep, UserError, waitUntil } from '../../tools/command/run-command';
import { AppProcess } from './types';
import { AppProcess } from './types';
import { AppProcess } from './types';

/** Longer than PM2 waits for a new worker and for the end of the old one. */
const pm2Ms = 60_000;
const readyMs = 15_000;
/** What crashes after it said that it is ready mostly does so within this. */
const steadyLooks = 3;
const lookMs = 1_000;

/** PM2 counts with `restarts` each start after a crash. */
const hasCrashed = (now: { status: string; restarts: number }, before: AppProcess) =>
  ['waiting restart', 'errored', 'stopped'].includes(now.status) || now.restarts > before.restarts;

/**
 * Replaces workers one after the other, each only once the one before it is ready.
 *
 * @param parts url: NGINX's, where there is one
 * @param present all that run
 */
export function createReplacement(
  {
    apps,
    say,
    status,
    url,
  }: {
    apps: ReturnType<import('./apps').createApps>;
    say: (text: string) => void;
    status: (text: string) => void;
    url?: string;
  },
  present: import('./types').AppProcess[],
) {
  const lastSaid = markLogs(present);
  const severalJobWorkers = present.filter(({ name }) => name === workerName).length > 1;
  const apiWorkers = present.filter(({ name }) => name === apiName).length;

  /** @param process_ for people */
  const titleOf = ({ name, instance }: import('./types').AppProcess) =>
    name === apiName ? `API worker ${instance}` : `job worker${severalJobWorkers ? ` ${instance}` : ''}`;

  function failure(process_: import('./types').AppProcess, what: string) {
    const said = lastSaid(process_);
    return new UserError(`${titleOf(process_)} ${what}${said && `; its last line: ${said}`}`);
  }

  const find = async (id: any) => (await apps.list()).find((process_: { id: any }) => process_.id === id);

  /** PM2's own answer isn't enough: when a new worker isn't ready in time, PM2 ends the old one all the same. */
  async function requireNew(before: AppProcess, release: any) {
    let first;
    const ask = async () => {
      const now = await find(before.id);
      if (!now) return false;
      first ??= now;
      if (hasCrashed(now, first)) return { crashed: true };
      if (now.pid === before.pid || now.status !== 'online' || now.release !== release) return false;
      if (!isAlive(now.pid)) return false;
      return (now.port === undefined || (await apps.isReady(now.port))) && now;
    };
    const answer = await waitUntil(ask, { timeoutMs: readyMs, everyMs: 200, what: 'not ready' }).catch(
      (error) => {
        throw failure(before, `is ${error.message}`);
      },
    );
    if (answer.crashed) throw failure(before, 'crashes');
    return answer;
  }

  /** Often enough to have met every worker. */
  async function requireThroughNginx() {
    for (let i = 0; i < apiWorkers * 2; i += 1) await requireOk(`${url}/health/ready`, 5_000);
  }

  async function renew(how: string, process_: AppProcess, env: Record<string, string>, release: any) {
    const own = process_.name === workerName ? workerVariables(env) : env;
    const variables = { ...own, TASKFLEET_RELEASE: release };
    await apps
      .renewOne(how, process_, variables, { timeoutMs: pm2Ms })
      .catch((error: { message: string }) => {
        throw new UserError(`${titleOf(process_)} was not replaced: ${error.message.split('\n').at(-1)}`);
      });
    return requireNew(process_, release);
  }

  /** @param insists where it can't be reloaded, it is revived */
  async function replace(
    process_: import('./types').AppProcess,
    env: Record<string, string>,
    release: string,
    insists: boolean,
  ) {
    status(`waiting for ${titleOf(process_)}`);
    if (process_.status !== 'online') return renew('revive', process_, env, release);
    try {
      return await renew('reload', process_, env, release);
    } catch (error) {
      if (!insists) throw error;
      return renew('revive', process_, env, release);
    }
  }

  /** @param renewed as they were when they were ready */
  async function requireSteady(renewed: import('./types').AppProcess[]) {
    status('looking whether all of them last');
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

  /**
   * @param options insists: what crashes is started anew
   */
  async function replaceEach(
    env: Record<string, string>,
    release: string,
    {
      isWanted = () => true,
      insists = false,
    }: { isWanted?: (process: import('./types').AppProcess) => boolean; insists?: boolean } = {},
  ) {
    const renewed = [];
    for (const process_ of present.filter(isWanted)) {
      renewed.push(await replace(process_, env, release, insists));
      if (url && process_.name === apiName) await requireThroughNginx();
      say(`${titleOf(process_)} is replaced and ready${process_.port ? ` on port ${process_.port}` : ''}`);
    }
    await requireSteady(renewed);
  }

  return { replaceEach };
}
