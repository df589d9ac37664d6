import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createRepositories } from '../compose-store';
import { examine } from '../doctor/examine';
import { nginxTimeOuts } from '../doctor/judge-time-outs';

const root = path.join(__dirname, '..', '..');

/** What NGINX reads now, or what it would be given; an image of the API has neither. */
function nginxConfiguration(): string | undefined {
  const folder = process.env.TASKFLEET_DIR || path.join(root, '.local');
  const files = [path.join(folder, 'nginx', 'nginx.conf'), path.join(root, 'nginx', 'nginx.conf.template')];
  const file = files.find((candidate) => existsSync(candidate));
  return file && readFileSync(file, 'utf8');
}

async function pm2TimeOuts() {
  const file = path.join(root, 'ecosystem.config.js');
  const { apps } = ((await import(file)) as { default: { apps: Record<string, number>[] } }).default;
  const shortest = (name: string) => Math.min(...apps.map((app) => app[name]!));
  return { killMs: shortest('kill_timeout'), listenMs: shortest('listen_timeout') };
}

/** A line of JSON for each finding; `npm run doctor` shows them to people, with what it finds itself. */
async function main(): Promise<void> {
  const text = nginxConfiguration();
  const timeOuts = { nginx: text === undefined ? undefined : nginxTimeOuts(text), pm2: await pm2TimeOuts() };
  const findings = await examine({ env: process.env, timeOuts, createRepositories });
  process.stdout.write(findings.map((finding) => `${JSON.stringify(finding)}\n`).join(''), () =>
    process.exit(findings.some(({ level }) => level === 'error') ? 1 : 0),
  );
}

void main();
