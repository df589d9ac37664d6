import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { judgeConfiguration } from '../doctor/judge-configuration';
import { nginxTimeOuts } from '../doctor/judge-time-outs';
import { runCommand } from './command';

const root = path.join(__dirname, '..', '..');

/** What NGINX reads now, or what it would be given; an image of the API has neither. */
function nginxConfiguration(): string | undefined {
  const folder = process.env.TASKFLEET_DIR || path.join(root, '.local');
  const files = [path.join(folder, 'nginx', 'nginx.conf'), path.join(root, 'nginx', 'nginx.conf.template')];
  const file = files.find((candidate) => existsSync(candidate));
  return file && readFileSync(file, 'utf8');
}

function pm2TimeOuts() {
  // Not by import(), which takes `#` and `%` in a path for parts of an address.
  const load = createRequire(__filename);
  const { apps } = load(path.join(root, 'ecosystem.config.js')) as { apps: Record<string, number>[] };
  const shortest = (name: string) => Math.min(...apps.map((app) => app[name]!));
  return { killMs: shortest('kill_timeout'), listenMs: shortest('listen_timeout') };
}

async function examineAll() {
  // Loaded here: who asks for the configuration alone gets it in a fraction of the time.
  const [{ examine }, { createRepositories }] = await Promise.all([
    import('../doctor/examine.js'),
    import('../compose/store.js'),
  ]);
  const text = nginxConfiguration();
  const timeOuts = { nginx: text === undefined ? undefined : nginxTimeOuts(text), pm2: pm2TimeOuts() };
  return examine({ env: process.env, timeOuts, createRepositories });
}

const command = {
  usage: `A line of JSON for each finding about this environment and the servers that it names.
  node dist/cli/doctor.js [--configuration]      of the environment alone: no server is asked`,
  options: { configuration: { type: 'boolean' } },
} as const;

/** `npm run doctor` shows these findings to people, with what it finds itself. */
runCommand(command, async ({ values: { configuration } }) => {
  const findings = configuration ? judgeConfiguration(process.env) : await examineAll();
  process.stdout.write(findings.map((finding) => `${JSON.stringify(finding)}\n`).join(''));
  if (findings.some(({ level }) => level === 'error')) process.exitCode = 1;
});
