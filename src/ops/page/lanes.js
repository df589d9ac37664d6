import { byId, make, milliseconds } from './dom.js';

/** Requests shown at a time, over all rows. */
const COLUMNS = 12;

/** A line may end before each slash. */
const breakable = (route) => route.split(/(?=\/)/).flatMap((part) => [make('wbr'), part]);

/** A row for each worker, and in it the requests that it answered. */
export function createLanes() {
  const seen = new Map();
  const rows = new Map();
  let shown = [];
  let count = 0;

  /** Those that weren't there a moment ago; of more than a worker tells of, the last. */
  function newOf({ name, pid, requests: { total, recent } }) {
    const key = `${name}.${pid}`;
    const number = seen.has(key) ? total - seen.get(key) : recent.length;
    seen.set(key, total);
    count += Math.max(0, number - recent.length);
    return number > 0 ? recent.slice(-number).map((request) => ({ ...request, name })) : [];
  }

  function chip({ number, method, path, status, ms, isRefused, isNew }) {
    const kind = status >= 500 && !isRefused ? 'failed' : status >= 400 ? 'refused' : 'fine';
    const route = path === 'none' ? 'no route' : path;
    return make(
      'li',
      {
        className: `chip ${kind}${isNew ? ' new' : ''}`,
        title: `${method} ${route}: ${status} in ${milliseconds(ms)}`,
      },
      make('b', { textContent: `#${number}` }),
      make('span', { className: 'answer', textContent: `${method} ${status}` }),
      make('span', { className: 'path' }, ...breakable(route)),
      make('span', { textContent: milliseconds(ms) }),
    );
  }

  function rowOf(name) {
    if (!rows.has(name)) {
      const list = make('ol', { ariaLabel: `Requests that ${name} answered` });
      const row = make('div', { className: 'lane' }, make('h3', { textContent: name }), list);
      row.dataset.lane = name;
      rows.set(name, { row, list });
    }
    return rows.get(name);
  }

  return function show(workers) {
    const added = workers.flatMap(newOf).sort((a, b) => a.at - b.at);
    for (const one of added) Object.assign(one, { number: ++count, isNew: true });
    const names = new Set(workers.map(({ name }) => name));
    for (const one of shown) one.isNew = false;
    shown = [...shown, ...added].slice(-COLUMNS);
    for (const name of rows.keys()) if (!names.has(name)) rows.delete(name);
    for (const name of names) {
      const row = rowOf(name);
      const cells = shown.map((one) => (one.name === name ? chip(one) : make('li', { ariaHidden: 'true' })));
      if (added.length > 0 || row.list.childElementCount !== cells.length) row.list.replaceChildren(...cells);
    }
    const wanted = [...rows.values()].map(({ row }) => row);
    const lanes = byId('lanes');
    if (wanted.some((row, i) => lanes.children[i] !== row) || lanes.childElementCount !== wanted.length)
      lanes.replaceChildren(...wanted);
  };
}
