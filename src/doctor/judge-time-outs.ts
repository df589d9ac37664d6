import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { stopMsOf, timeLimits } from '../config/time-limits';
import { findingsOf, type Finding } from './finding';

const { ok, warning, error } = findingsOf('Time-outs');

export interface TimeOuts {
  /** Undefined if no configuration of NGINX is available. */
  nginx?: { keepAliveMs: number; readMs: number; nextUpstreamMs: number };
  /** Undefined in an image without PM2. */
  pm2?: { killMs: number; listenMs: number };
  drainMs: number;
}

const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, '': 1_000 };

/** Reads a time of NGINX in milliseconds: 500ms, 1s, 1m30s; a bare number is seconds. NaN if the directive is missing. */
export function nginxTime(text: string, directive: string): number {
  const [, value] = new RegExp(`^\\s*${directive}\\s+([\\w ]+);`, 'm').exec(text) ?? [];
  if (!value) return NaN;
  return [...value.matchAll(/(\d+)(ms|[smh]|)/g)].reduce(
    (sum, [, n, unit]) => sum + Number(n) * UNITS[unit!]!,
    0,
  );
}

export function nginxTimeOuts(text: string): NonNullable<TimeOuts['nginx']> {
  const [upstream = ''] = /^ *upstream api \{[^]*?^ *\}/m.exec(text) ?? [];
  return {
    keepAliveMs: nginxTime(upstream, 'keepalive_timeout'),
    readMs: nginxTime(text, 'proxy_read_timeout'),
    nextUpstreamMs: nginxTime(text, 'proxy_next_upstream_timeout'),
  };
}

/**
 * Reads what the files say: `nginx.conf` of the stack in `folder`, else its template, and `ecosystem.config.js`. An image
 * lacks NGINX's files, and that of one process PM2's as well.
 */
export function readTimeOuts(root: string, folder: string): Omit<TimeOuts, 'drainMs'> {
  const files = [path.join(folder, 'nginx', 'nginx.conf'), path.join(root, 'nginx', 'nginx.conf.template')];
  const file = files.find((candidate) => existsSync(candidate));
  const ecosystem = path.join(root, 'ecosystem.config.js');
  return {
    nginx: file === undefined ? undefined : nginxTimeOuts(readFileSync(file, 'utf8')),
    pm2: existsSync(ecosystem) ? pm2TimeOuts(ecosystem) : undefined,
  };
}

function pm2TimeOuts(file: string): TimeOuts['pm2'] {
  // Not by import(), which reads `#` and `%` in a path as parts of a URL.
  const { apps } = createRequire(__filename)(file) as { apps: Record<string, number>[] };
  const shortest = (name: string) => Math.min(...apps.map((app) => app[name]!));
  return { killMs: shortest('kill_timeout'), listenMs: shortest('listen_timeout') };
}

const seconds = (ms: number) => (Number.isNaN(ms) ? 'not set' : `${ms / 1_000} s`);

/** Checks that each side waits longer than the side that it waits for. A rule names both and what is lost otherwise. */
export function judgeTimeOuts({ nginx, pm2, drainMs }: TimeOuts): Finding[] {
  const { requestMs, operatorMs, keepAliveMs, jobGraceMs, startMs } = timeLimits;
  type Rule = [shorter: [string, number], longer: [string, number], lost: string, isUnwise?: boolean];
  const stop: [string, number] = ['a process stops itself', stopMsOf(drainMs)];
  const rules: Rule[] = [
    [
      ['a worker waits for another on /ops', operatorMs],
      ["a request's deadline", requestMs],
      'operators get 503 without the reason',
    ],
    [['a job is put back', jobGraceMs], stop, 'jobs under way are lost until their lease ends'],
  ];
  if (pm2)
    rules.push(
      [stop, ['kill_timeout of ecosystem.config.js', pm2.killMs], 'PM2 kills workers that still answer'],
      [
        ['a start on a busy machine', startMs],
        ['listen_timeout of ecosystem.config.js', pm2.listenMs],
        'PM2 ends the old worker before the new one is ready',
      ],
    );
  if (nginx) {
    const idle: [string, number] = ["NGINX's keepalive_timeout to the workers", nginx.keepAliveMs];
    const read: [string, number] = ["NGINX's proxy_read_timeout", nginx.readMs];
    rules.push(
      [idle, ['DRAIN_MS', drainMs], 'a reload loses requests', true],
      [idle, ["a worker's keepAliveTimeout", keepAliveMs], 'requests meet connections that close'],
      [["a request's deadline", requestMs], read, 'clients get 504 instead of the result'],
      [
        read,
        ["NGINX's proxy_next_upstream_timeout", nginx.nextUpstreamMs],
        'a dead worker’s requests are lost',
      ],
    );
  }
  const wrong = rules.filter(([[, shorter], [, longer]]) => !(shorter < longer));
  if (wrong.length === 0)
    return [ok(`NGINX, PM2 and the workers wait for each other (${rules.length} pairs)`)];
  return wrong.map(([[shorterName, shorter], [longerName, longer], lost, isUnwise]) =>
    (isUnwise ? warning : error)(
      `${shorterName} (${seconds(shorter)}) is not shorter than ${longerName} (${seconds(longer)}): ${lost}`,
      `Set ${longerName} longer than ${shorterName}, then npm start`,
    ),
  );
}
