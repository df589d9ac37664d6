// @ts-nocheck
// Run in a process of its own, with the PM2_HOME and the variables that the app gets:
//   node -r scripts/bootstrap.js ops/stack/reload-one.ts reload|revive ID NAME
// `pm2 reload ID` doesn't do: it hands the id on as a text, which PM2's daemon never finds equal to the number in
// the new worker's "ready", so that it waits for all of listen_timeout (PM2 7.0.4, lib/God/Reload.js).
import path from 'node:path';
import { promisify } from 'node:util';
import { custom as PM2 } from 'pm2';
import { lastLines } from '../../tools/local-servers/app-logs';
const { apps } = require(path.join(__dirname, '..', '..', 'ecosystem.config.js'));

/** The last lines of a process come after the news of its end. */
const lateMs = 300;
const [, , how, text, name] = process.argv;
const id = Number(text);
const app = apps.find((candidate: { name: string | undefined }) => candidate.name === name) ?? {};
/** What may change without another app: PM2 keeps the rest in a form of its own. */
const settings = Object.fromEntries(
  ['node_args', 'listen_timeout', 'kill_timeout', 'exp_backoff_restart_delay', 'max_restarts', 'treekill']
    .filter((key) => key in app)
    .map((key) => [key, app[key]]),
);
const opts = { id, env: { ...process.env, current_conf: settings } };
const pm2 = new PM2({ pm2_home: process.env.PM2_HOME, daemon_mode: true });

const connect = promisify(pm2.connect.bind(pm2));
const ask = (method: string, argument: number) =>
  new Promise((resolve, reject) => {
    pm2.Client.executeRemote(method, argument, (error: any) => (error ? reject(error) : resolve(undefined)));
  });

/**
 * The end of the new worker: the old one, which serves until the new is ready, has another id meanwhile. What it says
 * comes by PM2's bus alone, where it ends before PM2 has opened its log.
 */
const crash = () =>
  new Promise((_resolve, reject) => {
    let said = '';
    const end = () => {
      const last = lastLines(said).split('\n').at(-1);
      reject(new Error(`ended as it took its place${last && `; its last line: ${last}`}`));
    };
    pm2.Client.launchBus(
      (
        _error: any,
        bus: {
          on: (
            arg0: string,
            arg1: {
              ({ data, process: { pm_id: whose } }: { data: any; process: { pm_id: any } }): void;
              ({ event, process: { pm_id: whose } }: { event: any; process: { pm_id: any } }): void;
            },
          ) => void;
        },
      ) => {
        bus.on('log:err', ({ data, process: { pm_id: whose } }) => {
          if (whose === id) said += data;
        });
        bus.on('process:event', ({ event, process: { pm_id: whose } }) => {
          if (event === 'exit' && whose === id) setTimeout(end, lateMs);
        });
      },
    );
  });

/** Of one that is online. */
async function reload() {
  const ends = [ask('reloadProcessId', opts)];
  // PM2 would have it crash again and again for all of listen_timeout, and then call that a success.
  if (app.exec_mode === 'cluster') ends.push(crash());
  await Promise.race(ends);
}

/** Of one that crashes again and again, which PM2 neither reloads nor restarts while it has a stale pid. */
async function revive() {
  // Twice: PM2 takes the end of one that was starting for a crash, and plans another start.
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
  (error) => {
    process.stderr.write(`${error.message ?? JSON.stringify(error)}\n`);
    process.exit(1);
  },
);
