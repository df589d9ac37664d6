// Runs in a process of its own, with the PM2_HOME and the variables that the app gets:
//   node -r scripts/bootstrap.js tools/local-servers/reload-one.ts reload|revive ID NAME
// `pm2 reload ID` won't do: it passes the id on as a text, which PM2's daemon never finds equal to the number in the new
// worker's "ready", so that it waits for all of listen_timeout (PM2 7.0.4, lib/God/Reload.js).
import path from 'node:path';
import { promisify } from 'node:util';
import type { StartOptions } from 'pm2';
import { messageOf } from '../../src/lib/error-code';
import { root } from '../command/root';
import { lastLines } from './app-logs';

/** News of PM2's bus about one process. */
interface News {
  data: string;
  event: string;
  process: { pm_id: number };
}

interface Bus {
  on(name: 'log:err' | 'process:event', listener: (news: News) => void): void;
}

/** Internals of PM2 that its types leave out. */
interface Pm2 {
  connect(callback: (error: Error | null) => void): void;
  Client: {
    executeRemote(method: string, argument: unknown, callback: (error: unknown) => void): void;
    launchBus(callback: (error: unknown, bus: Bus) => void): void;
  };
}

const load = <T>(file: string): T => require(file) as T; // eslint-disable-line @typescript-eslint/no-require-imports
const { custom: PM2 } = load<{ custom: new (options: object) => Pm2 }>('pm2');
const { apps } = load<{ apps: StartOptions[] }>(path.join(root, 'ecosystem.config.js'));

/** The last lines of a process come after the news of its end. */
const lateMs = 300;
const [, , how, text, name] = process.argv;
const id = Number(text);
const script = name === 'taskfleet-worker' ? 'worker.js' : 'api.js';
const app = apps.find((candidate) => path.basename(candidate.script ?? '') === script) ?? {};
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
const settings = Object.fromEntries(Object.entries(app).filter(([key]) => changeable.includes(key)));
const opts = { id, env: { ...process.env, current_conf: settings } };
const pm2 = new PM2({ pm2_home: process.env.PM2_HOME, daemon_mode: true });

const connect = promisify(pm2.connect.bind(pm2));
const ask = (method: string, argument: unknown) =>
  new Promise<void>((resolve, reject) => {
    pm2.Client.executeRemote(method, argument, (error) =>
      error ? reject(new Error(messageOf(error))) : resolve(),
    );
  });

/**
 * Rejects when the new worker ends. The old one, which serves until the new one is ready, has another id meanwhile. A
 * worker that ends before PM2 has opened its log prints to PM2's bus alone.
 */
const crash = () =>
  new Promise<void>((_resolve, reject) => {
    let printed = '';
    const end = () => {
      const last = lastLines(printed).split('\n').at(-1);
      reject(new Error(`ended as it took its place${last && `; its last line: ${last}`}`));
    };
    pm2.Client.launchBus((_error, bus) => {
      bus.on('log:err', ({ data, process: { pm_id: source } }) => {
        if (source === id) printed += data;
      });
      bus.on('process:event', ({ event, process: { pm_id: source } }) => {
        if (event === 'exit' && source === id) setTimeout(end, lateMs);
      });
    });
  });

/** Reloads a process that is online. */
async function reload() {
  const ends = [ask('reloadProcessId', opts)];
  // PM2 would have it crash again and again for all of listen_timeout, and then call that a success.
  if (app.exec_mode === 'cluster') ends.push(crash());
  await Promise.race(ends);
}

/** Revives a process that crashes again and again, which PM2 neither reloads nor restarts while it has a stale pid. */
async function revive() {
  // Twice: PM2 takes the end of a process that was starting for a crash, and plans another start.
  await ask('stopProcessId', id);
  await ask('stopProcessId', id);
  await ask('restartProcessId', opts);
}

async function main() {
  await connect();
  await (how === 'revive' ? revive() : reload());
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  },
);
