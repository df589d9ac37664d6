import type { RecentRequest } from '../../control/protocol.js';
import { byId, make, milliseconds } from './dom.mjs';
import type { ShownWorker } from './shown.mjs';

/** Number of requests shown, over all rows. */
const COLUMNS = 12;

interface Chip extends RecentRequest {
  lane: string;
  /** Name of the worker if its lane is that of a host. */
  worker: string | undefined;
  number: number;
  isNew: boolean;
}

/** Lets a line break before each slash. */
const breakable = (route: string) => route.split(/(?=\/)/).flatMap((part) => [make('wbr'), part]);

function showChip({ number, worker, method, path, status, ms, isRefused, isNew }: Chip) {
  const kind = status >= 500 && !isRefused ? 'failed' : status >= 400 ? 'refused' : 'fine';
  const route = path === 'none' ? 'no route' : path;
  return make(
    'li',
    {
      className: `chip ${kind}${isNew ? ' new' : ''}`,
      title: `${method} ${route}: ${status} in ${milliseconds(ms)}`,
    },
    make('b', { textContent: worker ? `#${number} ${worker}` : `#${number}` }),
    make('span', { className: 'answer', textContent: `${method} ${status}` }),
    make('span', { className: 'path' }, ...breakable(route)),
    make('span', { textContent: milliseconds(ms) }),
  );
}

function createRow(name: string) {
  const list = make('ol', { ariaLabel: `Requests that ${name} answered` });
  const row = make('div', { className: 'lane' }, make('h3', { textContent: name }), list);
  row.dataset.lane = name;
  return { row, list };
}

const laneOf = ({ key, hostName }: ShownWorker, byHost: boolean) => (byHost ? hostName : key);

/** Shows a row for each worker, or for each of several hosts, with the requests that it answered. */
export function createLanes() {
  /** Requests of each process at the last snapshot. */
  const totals = new Map<string, number>();
  const rows = new Map<string, ReturnType<typeof createRow>>();
  let shown: Chip[] = [];
  let count = 0;

  /** Returns the requests since the last snapshot, at most as many as the worker reports; counts all of them. */
  function newOf(shown: ShownWorker, byHost: boolean) {
    const { total, recent } = shown.requests;
    const key = `${shown.id}.${shown.pid}`;
    const before = totals.get(key);
    const number = before === undefined ? recent.length : total - before;
    totals.set(key, total);
    count += Math.max(0, number - recent.length);
    const of = { lane: laneOf(shown, byHost), worker: byHost ? shown.name : undefined };
    return number > 0 ? recent.slice(-number).map((request) => ({ ...request, ...of })) : [];
  }

  return function show(workers: ShownWorker[]): void {
    const byHost = new Set(workers.map(({ hostName }) => hostName)).size > 1;
    const fresh = workers.flatMap((worker) => newOf(worker, byHost)).sort((a, b) => a.at - b.at);
    const added = fresh.map((request) => ({ ...request, number: ++count, isNew: true }));
    shown = [...shown.map((chip) => ({ ...chip, isNew: false })), ...added].slice(-COLUMNS);
    const names = new Set(workers.map((worker) => laneOf(worker, byHost)));
    for (const name of rows.keys()) if (!names.has(name)) rows.delete(name);
    for (const name of names) {
      const row = rows.get(name) ?? createRow(name);
      rows.set(name, row);
      const cells = shown.map((chip) =>
        chip.lane === name ? showChip(chip) : make('li', { ariaHidden: 'true' }),
      );
      if (added.length > 0 || row.list.childElementCount !== cells.length) row.list.replaceChildren(...cells);
    }
    const wanted = [...rows.values()].map(({ row }) => row);
    const lanes = byId('lanes');
    if (wanted.some((row, i) => lanes.children[i] !== row) || lanes.childElementCount !== wanted.length)
      lanes.replaceChildren(...wanted);
  };
}
