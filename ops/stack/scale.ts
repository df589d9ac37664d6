import { drainTimes } from '../../src/config/time-limits';
import { askProcess } from '../../src/control/control-client';
import { UserError } from '../../tools/command/run-command';
import type { createStackFile } from '../../tools/local-servers/stack-file';
import { apiName } from './app-names';
import type { createApps } from './apps';
import { apiStatusOf, socketOf } from './control';
import type { AppProcess } from './types';

/** Longer than a worker takes to drain, without what DRAIN_MS adds. */
const drainMs = 30_000;

interface Parts {
  apps: ReturnType<typeof createApps>;
  stackFile: ReturnType<typeof createStackFile>;
  /** Has NGINX list these ports. */
  listPorts: (changes: { apiPorts: number[] }) => Promise<void>;
}

type Say = (text: string) => void;

/**
 * Changes the number of API workers under load without losing a request: `pm2 scale` alone ends workers to which NGINX
 * still sends requests.
 */
export function createScale({ apps, stackFile, listPorts }: Parts) {
  const workers = async () => (await apps.list()).filter(({ name }) => name === apiName);

  const drainLimit = () => drainMs + drainTimes(Number(stackFile.read().env?.DRAIN_MS ?? 0)).serveMs;

  const socketHere = (app: AppProcess) => socketOf(stackFile.read().env ?? {}, app);

  /** Returns once the worker refuses connections, so that NGINX asks the others, and has answered all its requests. */
  async function drain(app: AppProcess) {
    const socket = socketHere(app);
    if (!socket) throw new UserError(`API worker ${app.instance} cannot be drained. Run: npm run reload`);
    await askProcess(socket, 'POST /drain', { timeoutMs: drainLimit() });
  }

  /**
   * Resumes workers that a command drained before it was killed. An operator's drain stays, and so does a worker that
   * stepped aside, unless no other worker serves.
   */
  async function resumeDrained(say: Say, isWanted: (app: AppProcess) => boolean = () => true) {
    const asked = (await workers()).filter(isWanted).map(async (app) => {
      const socket = socketHere(app);
      return { app, socket, status: await apiStatusOf(socket) };
    });
    const all = await Promise.all(asked);
    const { leaving = [] } = stackFile.read();
    const isLast = all.every(({ status }) => status?.draining && !status.hostDrained);
    for (const { app, socket, status } of all) {
      if (!socket || !status?.draining) continue;
      const title = `API worker ${app.instance}`;
      if (status.hostDrained)
        say(`${title} stays drained, as its host is: npx taskfleet hosts resume ${status.host}`);
      else if (isLast || leaving.includes(app.pid)) {
        await askProcess(socket, 'POST /resume', { timeoutMs: drainLimit() });
        say(`${title} was drained and serves again`);
      } else if (status.asideSince) say(`${title} stepped aside; it returns by itself`);
      else say(`${title} stays drained, as an operator wanted; Resume at /ops ends that`);
    }
  }

  /** NGINX lists more ports than there are workers. It is reloaded only for ports beyond those. */
  async function listMissing(isWanted: (app: AppProcess) => boolean, say: Say) {
    const { services, upstream } = stackFile.read();
    const listed: number[] = upstream?.apiPorts ?? [];
    const ports = (await workers()).filter(isWanted).flatMap(({ port }) => port ?? []);
    const missing = ports.filter((port) => !listed.includes(port));
    if (!services?.nginx || missing.length === 0) return;
    await listPorts({ apiPorts: [...listed, ...missing].sort((a, b) => a - b) });
    say(`NGINX was reloaded for ports ${missing.join(', ')}: idle clients reconnect`);
  }

  /**
   * Scales to `wanted` API workers and returns those that run then.
   *
   * @throws UserError if nothing runs, or if PM2 ended a worker that was not drained
   */
  async function scaleUnderLoad(wanted: number, say: Say): Promise<AppProcess[]> {
    const present = (await workers()).sort((a, b) => a.id - b.id);
    if (present.length === 0) throw new UserError('No API worker runs. Run: npm start');
    // PM2 ends those with the lowest ids.
    const doomed = present.slice(0, Math.max(0, present.length - wanted));
    const stays = ({ id }: AppProcess) => !doomed.some((other) => other.id === id);
    const stopped = present.filter((app) => stays(app) && ['stopped', 'errored'].includes(app.status));
    if (stopped.length > 0) await apps.pm2(['restart', ...stopped.map(({ id }) => String(id))]);
    await resumeDrained(say, stays);
    if (wanted > present.length) {
      await apps.pm2(['scale', present[0]!.pm2Name, String(wanted)], { timeoutMs: 60_000 + wanted * 5_000 });
      await apps.waitReady(wanted);
      say(`${wanted - present.length} started`);
    }
    // Includes workers that `pm2 scale` added, or this command before it was killed.
    await listMissing(stays, say);
    if (wanted < present.length) {
      const running = doomed.filter(({ status }) => status === 'online');
      stackFile.update({ leaving: running.map(({ pid }) => pid) });
      await Promise.all(running.map(drain));
      say(`${running.map(({ instance }) => `API worker ${instance}`).join(', ')}: drained`);
      await apps.pm2(['scale', present[0]!.pm2Name, String(wanted)], { timeoutMs: 120_000 });
      await apps.waitReady(wanted);
      if ((await workers()).some((app) => !stays(app)))
        throw new UserError('PM2 ended other workers than those that were drained. Run: npm run reload');
    }
    stackFile.update({ leaving: undefined });
    return workers();
  }

  return { scaleUnderLoad, resumeDrained };
}
