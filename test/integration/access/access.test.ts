import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { documentedRoutes } from '../../../src/compose/routes';
import type { Route } from '../../../src/http/routing/route';
import { opsRoutes } from '../../../src/ops/ops-routes';
import { buildMember } from '../../support/factories';
import { portOf } from '../../support/listen';
import { useAdmin, useApi, useJobWorker } from '../../support/use-api';
import { requestTo } from './requests';
import { SENDERS } from './senders';

const FILE = path.join(__dirname, '..', '..', '..', 'docs', 'access.md');
/** Scenes that are played at the same time. */
const AT_ONCE = 6;

const api = useApi();
useJobWorker(api);
const root = useAdmin(api);

const routes = [
  ...documentedRoutes({} as never),
  ...opsRoutes({} as never).filter(({ access }) => access !== 'anyone'),
];

/** Plays a request in a scene of its own, so that no request meets what another has changed. @returns the status */
async function statusOf(route: Route, sender: string): Promise<number> {
  const scene = { api, root, owner: await buildMember(api) };
  const { method, path: target, type, body } = await requestTo(route, scene);
  const token = await SENDERS[sender]!(scene);
  const stop = new AbortController();
  const { status } = await fetch(`http://127.0.0.1:${portOf(api.server)}${target}`, {
    method: method.toUpperCase(),
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body ? { 'content-type': type } : {}),
    },
    body: body as string | undefined,
    redirect: 'manual',
    signal: stop.signal,
  });
  // The stream of the live page has no end.
  stop.abort();
  return status;
}

const titleOf = ({ method, path: route }: Route) => `${method.toUpperCase()} ${route}`;

/** Measures all statuses, a row for each route. */
async function measure(): Promise<string[][]> {
  const rows: string[][] = [];
  const open = [...routes.entries()];
  const work = async () => {
    for (let next = open.shift(); next; next = open.shift()) {
      const [at, route] = next;
      const statuses: string[] = [];
      for (const sender of Object.keys(SENDERS)) statuses.push(String(await statusOf(route, sender)));
      rows[at] = [titleOf(route), ...statuses];
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return rows;
}

/** Replaces the table of the page, whose columns are aligned for readers of the source. */
function pageOf(rows: string[][]): string {
  const head = ['request', ...Object.keys(SENDERS)];
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
  const line = (cells: string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')} |`;
  const rule = widths.map((width) => '-'.repeat(width));
  const [text] = readFileSync(FILE, 'utf8').split('\n| ');
  return `${text}\n${[head, rule, ...rows].map(line).join('\n')}\n`;
}

let rows: string[][];
beforeAll(async () => {
  api.health.started();
  rows = await measure();
}, 600_000);

describe('the access to the routes', () => {
  it('is what docs/access.md shows', () => {
    const page = pageOf(rows);
    if (process.env.UPDATE_ACCESS) writeFileSync(FILE, page);
    expect(readFileSync(FILE, 'utf8')).toBe(page);
  });

  it('is denied to ended sessions and disabled users on each route that needs a token', () => {
    const columns = Object.keys(SENDERS);
    const at = (row: string[], sender: string) => row[columns.indexOf(sender) + 1];
    for (const row of rows) {
      const isOpen = at(row, 'nobody') !== '401';
      if (!isOpen)
        expect([row[0], at(row, 'disabled'), at(row, 'ended session')]).toEqual([row[0], '401', '401']);
    }
  });
});
