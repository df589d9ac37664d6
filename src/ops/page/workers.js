import { ago, byId, createSparkline, make, rounded, setText, showFacts } from './dom.js';

/** Requests shown at a time, over all rows. */
const COLUMNS = 12;

/** Of a reload there are two of a name for a moment: the new one counts. */
const newestOfEach = (workers) => [...new Map(workers.map((worker) => [worker.name, worker])).values()];

const stateOf = ({ draining, listening, inFlight }) => {
  if (!draining) return 'serving';
  return listening || inFlight > 0 ? 'draining' : 'drained';
};

function createCard(name, onPress) {
  const state = make('span', { className: 'state' });
  const spark = createSparkline();
  const facts = make('dl');
  const button = make('button', { type: 'button' });
  const title = make('h3', {}, name, ' ', state);
  const element = make('article', { className: 'card' }, title, spark.svg, facts, button);
  element.dataset.worker = name;
  let now;
  button.addEventListener('click', async () => {
    button.setAttribute('aria-disabled', 'true');
    await onPress(name, now === 'serving' ? 'drain' : 'resume');
    button.removeAttribute('aria-disabled');
  });

  return {
    element,
    /** @returns the state where it is another than before */
    show(worker, at) {
      const { requests } = worker;
      const before = now;
      now = stateOf(worker);
      element.dataset.state = now;
      setText(state, now);
      setText(button, `${now === 'serving' ? 'Drain' : 'Resume'} ${name}`);
      spark.add(requests.perSecond);
      showFacts(facts, {
        'requests/s': rounded(requests.perSecond),
        p50: `${rounded(requests.p50Ms)} ms`,
        p99: `${rounded(requests.p99Ms)} ms`,
        'loop lag': `${rounded(requests.lagP99Ms)} ms`,
        memory: `${Math.round(worker.memoryBytes / 1e6)} MB`,
        'in flight': worker.inFlight,
        hashes: worker.hashes,
        'up for': ago(worker.startedAt, at),
        release: worker.release.slice(0, 8),
      });
      return before && before !== now ? now : undefined;
    },
  };
}

function createLanes() {
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

  function chip({ number, method, path, status, ms, isNew }) {
    const kind = status >= 500 ? 'failed' : status >= 400 ? 'refused' : 'fine';
    return make(
      'li',
      {
        className: `chip ${kind}${isNew ? ' new' : ''}`,
        title: `${method} ${path}: ${status} in ${rounded(ms)} ms`,
      },
      make('b', { textContent: `#${number}` }),
      make('span', { textContent: `${method} ${path}` }),
      make('span', { textContent: `${status}, ${rounded(ms)} ms` }),
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

const sum = (workers, pick) => workers.reduce((all, worker) => all + pick(worker.requests), 0);

function showTotals(workers) {
  const hits = sum(workers, ({ cache }) => cache.hits);
  const reads = hits + sum(workers, ({ cache }) => cache.misses);
  showFacts(byId('totals'), {
    'requests/s': rounded(sum(workers, ({ perSecond }) => perSecond)),
    'answered 5xx': sum(workers, ({ failed }) => failed),
    'cache hits': reads === 0 ? '–' : `${Math.round((100 * hits) / reads)} %`,
    'slowest p99': `${rounded(Math.max(0, ...workers.map(({ requests }) => requests.p99Ms)))} ms`,
  });
}

/** `onPress(name, 'drain' or 'resume')`; `onState(name, state)` when a worker's state changes. */
export function createWorkers({ onPress, onState }) {
  const cards = new Map();
  const showLanes = createLanes();
  return function show({ workers: all, at }) {
    const workers = newestOfEach(all);
    for (const [name, card] of cards) {
      if (workers.some((worker) => worker.name === name)) continue;
      card.element.remove();
      cards.delete(name);
      onState(name, 'gone');
    }
    for (const worker of workers) {
      if (!cards.has(worker.name)) {
        cards.set(worker.name, createCard(worker.name, onPress));
        byId('workers').append(cards.get(worker.name).element);
      }
      const state = cards.get(worker.name).show(worker, at);
      if (state) onState(worker.name, state);
    }
    showTotals(workers);
    showLanes(workers);
  };
}
