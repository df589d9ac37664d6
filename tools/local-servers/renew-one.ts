import path from 'node:path';
import type { StartOptions } from 'pm2';
import { forPeople, lastLines } from './app-logs';
import { askDaemon, openBus } from './pm2-daemon';

/** The last lines of a process come after the news of its end. */
const lateMs = 300;

/** True for a line of the app's own log with pino's level `error` or `fatal`. */
const isError = (line: string) => /"level":[56]0\b/.test(line);

/** Settings that may change without another app: PM2 keeps the rest in a form of its own. */
const changeable = [
  'node_args',
  'listen_timeout',
  'kill_timeout',
  'exp_backoff_restart_delay',
  'max_restarts',
  'max_memory_restart',
  'treekill',
];

/** Reads ecosystem.config.js anew: it may have changed since the last renewal. */
function appOf(root: string, script: string): StartOptions {
  const file = path.join(root, 'ecosystem.config.js');
  Reflect.deleteProperty(require.cache, file);
  const { apps } = require(file) as { apps: StartOptions[] }; // eslint-disable-line @typescript-eslint/no-require-imports
  return apps.find((app) => path.basename(app.script ?? '') === script) ?? {};
}

/**
 * Watches for the end of the new worker. The old one, which serves until the new one is ready, has another id meanwhile. A
 * worker that ends before PM2 has opened its log prints to PM2's bus alone.
 */
function watchForEnd(home: string, id: number) {
  const bus = openBus(home);
  let printed = '';
  const ended = new Promise<never>((_resolve, reject) => {
    const keep = (lines: string) => (printed = (printed + lines).slice(-10_000));
    bus.on('log:err', ({ data, process: { pm_id: source } }) => {
      if (source === id) keep(data);
    });
    bus.on('log:out', ({ data, process: { pm_id: source } }) => {
      if (source === id) keep(data.split('\n').filter(isError).join('\n'));
    });
    const end = () => {
      const last = forPeople(lastLines(printed).split('\n').at(-1) ?? '');
      reject(new Error(`ended as it took its place${last && `; its last line: ${last}`}`));
    };
    bus.on('process:event', ({ event, process: { pm_id: source } }) => {
      if (event === 'exit' && source === id) setTimeout(end, lateMs);
    });
  });
  return { ended, close: () => bus.close() };
}

/**
 * Reloads or revives one process with these variables, and the settings of ecosystem.config.js. `pm2 reload ID` won't do:
 * it passes the id on as a text, which PM2's daemon never finds equal to the number in the new worker's "ready", so that
 * it waits for all of listen_timeout (PM2 7.0.4, lib/God/Reload.js).
 *
 * @param how `reload` if it is online; `revive` if it crashes again and again: PM2 neither reloads nor restarts such a
 *   process while it has a stale pid
 */
export async function renewOne(
  how: 'reload' | 'revive',
  { id, script }: { id: number; script: 'api.js' | 'worker.js' },
  { root, home, env, timeoutMs }: { root: string; home: string; env: object; timeoutMs: number },
): Promise<void> {
  const app = appOf(root, script);
  const current_conf = Object.fromEntries(Object.entries(app).filter(([key]) => changeable.includes(key)));
  const options = { id, env: { ...env, current_conf } };
  const ask = (method: string, argument: unknown) => askDaemon(home, method, argument, { timeoutMs });
  if (how === 'revive') {
    // Twice: PM2 takes the end of a process that was starting for a crash, and plans another start.
    await ask('stopProcessId', id);
    await ask('stopProcessId', id);
    await ask('restartProcessId', options);
    return;
  }
  // PM2 would have a cluster worker crash again and again for all of listen_timeout, and then call that a success.
  const watch = app.exec_mode === 'cluster' ? watchForEnd(home, id) : undefined;
  try {
    const reloaded = ask('reloadProcessId', options);
    await (watch ? Promise.race([reloaded, watch.ended]) : reloaded);
  } finally {
    watch?.close();
  }
}
