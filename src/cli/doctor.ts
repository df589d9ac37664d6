import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { dataDirOf } from '../config/config-file';
import { judgeConfiguration } from '../doctor/judge-configuration';
import { nginxTimeOuts } from '../doctor/judge-time-outs';
import { flag } from '../command-line/arguments';
import { runCommand } from './command';

const root = path.join(__dirname, '..', '..');

/** Returns the configuration that NGINX uses, or the template of it; undefined in an image of the API, which has neither. */
function nginxConfiguration(): string | undefined {
  const folder = process.env.TASKFLEET_DIR || dataDirOf(root, process.env);
  const files = [path.join(folder, 'nginx', 'nginx.conf'), path.join(root, 'nginx', 'nginx.conf.template')];
  const file = files.find((candidate) => existsSync(candidate));
  return file && readFileSync(file, 'utf8');
}

function pm2TimeOuts() {
  // Not by import(), which reads `#` and `%` in a path as parts of a URL.
  const load = createRequire(__filename);
  const { apps } = load(path.join(root, 'ecosystem.config.js')) as { apps: Record<string, number>[] };
  const shortest = (name: string) => Math.min(...apps.map((app) => app[name]!));
  return { killMs: shortest('kill_timeout'), listenMs: shortest('listen_timeout') };
}

async function examineAll() {
  // Loaded here, so that `--configuration` takes a fraction of the time.
  const [{ examine }, { createRepositories }] = await Promise.all([
    import('../doctor/examine.js'),
    import('../compose/store.js'),
  ]);
  const text = nginxConfiguration();
  const timeOuts = { nginx: text === undefined ? undefined : nginxTimeOuts(text), pm2: pm2TimeOuts() };
  return examine({ env: process.env, timeOuts, createRepositories });
}

const command = {
  call: 'npx taskfleet doctor',
  about: 'Checks this environment and its servers, and prints a line of JSON for each finding.',
  options: { configuration: flag('checks the environment only') },
};

/** `npm run doctor` formats these findings and adds its own. */
runCommand(command, async ({ values: { configuration } }) => {
  const findings = configuration ? judgeConfiguration(process.env) : await examineAll();
  process.stdout.write(findings.map((finding) => `${JSON.stringify(finding)}\n`).join(''));
  if (findings.some(({ level }) => level === 'error')) process.exitCode = 1;
});
