import { text, wholeNumber } from '../../src/command-line/arguments';
import { createProgress } from '../../tools/command/progress';
import { drills, parts, type DrillOptions } from '../drill/drills';
import { drillLock } from '../drill/own-stack';
import { runMain } from '../../tools/command/run-main';
import { UsageError } from '../../tools/command/run-command';
import { withLock } from '../../tools/command/lock';

/** Longer than a drill inside a network of hosts may take to stop its engines. */
const STOP_MS = 150_000;
const partsText = Object.entries(parts).map(([drill, names]) => `of ${drill} (${names.join(', ')})`);

const command = {
  call: 'npx taskfleet drill',
  about: `Tries a promise under load, on a stack of its own beside what runs, and leaves nothing of it.`,
  options: {
    reloads: {
      ...text('N', 'of reload and edge: how many reloads or renewals, from 1 to 100'),
      default: '20',
    },
    minutes: {
      ...text('N', 'of autoscale: how long the load stays at the threshold, from 1 to 100 minutes'),
      default: '30',
    },
    rounds: {
      ...text(
        'N',
        'of hosts: how often each host is taken out and reloaded; of swarm: how often the API is updated and taken back; from 1 to 100',
      ),
      default: '10',
    },
    only: text('NAME,…', `only some parts ${partsText.join(' or ')}`),
    seconds: {
      ...text('N', 'of overload: how long each overload lasts, from 1 to 100 seconds'),
      default: '10',
    },
  },
  choices: {
    kill: 'kills each process with -9 under load: how long until all is served again, and whether anything is lost (the default; 3 minutes)',
    reload:
      'reloads 20 times, and tries three builds that must be refused, under 48 connections (10 minutes)',
    rollback:
      'releases another build, rolls it back and reloads the configuration alone, under 48 connections (2 minutes)',
    scale: 'scales from 1 to 4 API workers and back, and to 6, under load (5 minutes)',
    autoscale:
      'lets a load rise above what one API worker can do, fall, and stay at the threshold, while the supervisor scales (40 minutes)',
    jobs: 'runs the same jobs with one job worker and with two (1 minute)',
    failover:
      'kills, freezes and demotes the primary of Redis: no read may be stale; kills the leader of a RabbitMQ cluster and freezes a broker while jobs run: none may be lost or done twice (8 minutes)',
    hosts:
      'runs two hosts and NGINX as network namespaces, reloads each host 10 times under 48 connections, kills one and cuts its link (root on Linux; 10 minutes)',
    swarm:
      'runs the stack of deploy/swarm on three hosts, each a network namespace with a Docker Engine: 20 rolling updates, a broken image, a drained host, a cut link, a killed host and other numbers of workers under 48 clients (root on Linux; 45 minutes)',
    compose:
      'runs docker-compose.yml on a Docker Engine of its own: new versions and other numbers of API containers under 8 connections, another balancing, containers that cannot work, a restore, stops, and the bytes of the image (root on Linux; 20 minutes)',
    rotate:
      'rotates the key of the tokens and the passwords of the servers, and turns logs over, under 48 connections (4 minutes)',
    edge: 'compares cached reads over TLS with those over plain HTTP, and renews the certificate 20 times under 48 connections (3 minutes)',
    sessions:
      'logs out sessions while Redis and API workers fail, and 200 a second beside cached reads; renews one token 50 times at once; compares reads with tokens of scripts, and log-ins of unknown, disabled and known names (6 minutes)',
    odd: 'sends 200 odd requests a second, beside which the plain requests of another member must stay as quick as before (2 minutes)',
    overload:
      'sends more than the stack can do, at fixed rates that wait for no answer: reads must stay quick, and the rest must be refused at once (5 minutes). Latencies over time: .local/drill/overload.html',
  },
};

/** @param given the names of `--only`; undefined for all parts */
function partsOf(drill: string, given: string | undefined): string[] {
  const all = parts[drill] ?? [];
  if (given === undefined) return all;
  const only = given.split(',');
  const unknown = only.find((name) => !all.includes(name));
  if (unknown === undefined) return all.filter((name) => only.includes(name));
  const reason = all.length > 0 ? `'${unknown}' must be one of ${all.join(', ')}` : `${drill} has no parts`;
  throw new UsageError(`--only ${given}: ${reason}.`);
}

async function drill(name: string, options: DrillOptions) {
  const faults = (await drills[name]?.(createProgress(), options)) ?? [];
  for (const fault of faults) console.log(`✗ ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
  else console.log('Every promise held.');
}

export const run = (args: string[]) =>
  runMain(
    args,
    command,
    async ({ values, positionals: [name = 'kill'] }) => {
      const options = {
        reloads: wholeNumber('--reloads', values.reloads, 1, 100),
        seconds: wholeNumber('--seconds', values.seconds, 1, 100),
        rounds: wholeNumber('--rounds', values.rounds, 1, 100),
        minutes: wholeNumber('--minutes', values.minutes, 1, 100),
        only: partsOf(name, values.only),
      };
      await withLock(drillLock, { timeoutMs: 60_000 }, () => drill(name, options));
    },
    { stopMs: STOP_MS },
  );
