// @ts-nocheck
import { apiName } from './app-names';
import { controlOf } from './control';
import { UserError } from '../../tools/command/run-command';
import { AppProcess } from './types';

/** Longer than a worker takes to drain. */
const drainMs = 30_000;

/**
 * Changes the number of API workers under load without losing a request: `pm2 scale` alone ends workers that
 * NGINX still sends requests to.
 */
export function createScale({
  root,
  apps,
  stackFile,
  listPorts,
}: {
  root: string;
  apps: ReturnType<import('./apps').createApps>;
  stackFile: ReturnType<import('../../tools/local-servers/stack-file').createStackFile>;
  listPorts: (changes: { apiPorts: number[] }) => Promise<void>;
}) {
  const workers = async () => (await apps.list()).filter(({ name }) => name === apiName);

  const control = () => controlOf(root, stackFile.read().env);

  function socketOf(process_: import('./types').AppProcess) {
    const { listSockets, folder } = control();
    return listSockets(folder).find(({ pid }) => pid === process_.pid);
  }

  /** Until it refuses connections, so that NGINX asks the others, and nothing is under way in it. */
  async function drain(process_: AppProcess) {
    const socket = socketOf(process_);
    if (!socket)
      throw new UserError(`API worker ${process_.instance} can't be told to drain: npm run reload`);
    await control().askProcess(socket, 'POST /drain', { timeoutMs: drainMs });
  }

  /** Takes back in who was drained, by hand or by a command that was killed: else nobody may be left who serves. */
  async function resumeDrained(say: (text: string) => void, isWanted = () => true) {
    const { askProcess } = control();
    for (const process_ of (await workers()).filter(isWanted)) {
      const socket = socketOf(process_);
      const { draining } = (socket && (await askProcess(socket, 'GET /status').catch(() => {}))) ?? {};
      if (!draining) continue;
      await askProcess(socket, 'POST /resume', { timeoutMs: drainMs });
      say(`API worker ${process_.instance} was drained, and serves again`);
    }
  }

  /** NGINX lists more ports than there are workers; more than those it has to be told of. */
  async function listMissing(
    isWanted: ({ id }: { id: any }) => boolean,
    say: { (text: string): void; (arg0: string): void },
  ) {
    const { services, upstream } = stackFile.read();
    const ports = (await workers()).filter(isWanted).map(({ port }) => port);
    const missing = ports.filter((port: any) => !upstream?.apiPorts.includes(port));
    if (!services?.nginx || missing.length === 0) return;
    await listPorts({ apiPorts: [...upstream.apiPorts, ...missing].sort((a, b) => a - b) });
    say(`NGINX was reloaded for ports ${missing.join(', ')}: idle clients reconnect`);
  }

  async function scaleUnderLoad(wanted: number, say: (text: string) => void) {
    const present = (await workers()).sort((a: { id: number }, b: { id: number }) => a.id - b.id);
    if (present.length === 0) throw new UserError('Nothing is running that could be scaled. Run: npm start');
    // PM2 ends those with the lowest ids.
    const doomed = present.slice(0, Math.max(0, present.length - wanted));
    const stays = ({ id }) => !doomed.some((other: { id: any }) => other.id === id);
    const stopped = present.filter(
      (app: { status?: any; id?: any }) => stays(app) && ['stopped', 'errored'].includes(app.status),
    );
    if (stopped.length > 0) await apps.pm2(['restart', ...stopped.map(({ id }) => String(id))]);
    await resumeDrained(say, stays);
    if (wanted > present.length) {
      await apps.pm2(['scale', apiName, String(wanted)], { timeoutMs: 60_000 + wanted * 5_000 });
      await apps.waitReady(wanted);
      say(`${wanted - present.length} started`);
    }
    // Also those that came by `pm2 scale`, or before this command was killed.
    await listMissing(stays, say);
    if (wanted < present.length) {
      const running = doomed.filter(({ status }) => status === 'online');
      await Promise.all(running.map(drain));
      say(`${running.map(({ instance }) => `API worker ${instance}`).join(', ')}: drained`);
      await apps.pm2(['scale', apiName, String(wanted)], { timeoutMs: 120_000 });
      await apps.waitReady(wanted);
      const gone = doomed.map(({ id }) => id);
      const wrong = (await workers()).filter(({ id }) => gone.includes(id));
      if (wrong.length > 0)
        throw new UserError('PM2 ended other workers than those that were drained. Run: npm run reload');
    }
    return workers();
  }

  return { scaleUnderLoad, resumeDrained };
}
