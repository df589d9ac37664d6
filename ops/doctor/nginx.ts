import fs from 'node:fs';
import path from 'node:path';
import { findingsOf } from '../../src/doctor/finding';
import type { Role } from '../../tools/local-servers/stack-file';
import { askHealth, type Health } from './ask-health';

const { ok, error } = findingsOf('NGINX');

/** @param text of nginx.conf @param ports of running workers */
export function judgePorts(text: string, ports: number[]) {
  const listed = [...text.matchAll(/^\s*server 127\.0\.0\.1:(\d+)/gm)].map(([, port]) => Number(port));
  const unknown = ports.filter((port) => !listed.includes(port));
  if (unknown.length === 0) return ok(`lists the port of each worker (${listed.length} ports)`);
  return error(`NGINX does not list the workers on ports ${unknown.join(', ')}`, 'npm start adds them');
}

export async function examineNginx({ url, dir, role }: { url?: string; dir: string; role: Role }) {
  if (role === 'workers') return [ok('runs on another host (ROLE=workers)')];
  if (!url) return [error('NGINX was not started here', 'npm start')];
  return judgeThroughNginx(url, await askHealth(url), path.join(path.relative(process.cwd(), dir), 'logs'));
}

/** @param logs folder of the logs */
export function judgeThroughNginx(url: string, { wrong, ms, unready }: Health, logs: string) {
  if (wrong) return [error(`${url} ${wrong}`, `npm start; its log is ${path.join(logs, 'nginx.log')}`)];
  const answers = ok(`${url} answers in ${ms} ms`);
  if (!unready) return [answers];
  const cure = 'See MongoDB and Workers above: this is the answer of a worker, which NGINX passes on';
  return [answers, error(`${url}/health/ready answers ${unready}`, cure)];
}

export function examinePorts(dir: string, ports: number[]) {
  const file = path.join(dir, 'nginx', 'nginx.conf');
  return fs.existsSync(file) && ports.length > 0 ? [judgePorts(fs.readFileSync(file, 'utf8'), ports)] : [];
}
