import { ago, byId, createSparkline, make, milliseconds, rounded, setText, showFacts } from './dom.js';
import { createLanes } from './lanes.js';

const ASIDE =
  'Something holds this worker, such as a CPU quota, so it left its requests to the others. It returns by itself.';
const LAST = 'The last worker that serves: without it nobody would answer.';

/** Of a reload there are two of a name for a moment: the new one counts. */
const newestOfEach = (workers) => [...new Map(workers.map((worker) => [worker.name, worker])).values()];

const stateOf = ({ draining, asideSince, listening, inFlight }) => {
  if (!draining) return 'serving';
  if (asideSince) return 'aside';
  return listening || inFlight > 0 ? 'draining' : 'drained';
};

function createCard(name, onPress) {
  const state = make('span', { className: 'state' });
  const spark = createSparkline();
  const facts = make('dl');
  const button = make('button', { type: 'button' });
  const why = make('p', { className: 'why', id: `why-${name}` });
  button.setAttribute('aria-describedby', why.id);
  const title = make('h3', {}, name, ' ', state);
  const element = make('article', { className: 'card' }, title, spark.svg, facts, button, why);
  element.dataset.worker = name;
  let now;
  let isAsking = false;
  let isLast = false;
  // Not `disabled`: who is on it with the keyboard would be thrown off.
  const showButton = () => button.setAttribute('aria-disabled', String(isAsking || isLast));
  button.addEventListener('click', async () => {
    if (isAsking || isLast) return;
    isAsking = true;
    showButton();
    await onPress(name, now === 'serving' ? 'drain' : 'resume');
    isAsking = false;
    showButton();
  });

  return {
    element,
    /** `serving`: how many do. @returns the state where it is another than before */
    show(worker, { at, serving }) {
      const { requests } = worker;
      const before = now;
      now = stateOf(worker);
      element.dataset.state = now;
      setText(state, now);
      setText(button, `${now === 'serving' ? 'Drain' : 'Resume'} ${name}`);
      isLast = now === 'serving' && serving === 1;
      setText(why, isLast ? LAST : now === 'aside' ? ASIDE : '');
      showButton();
      spark.add(requests.perSecond);
      showFacts(facts, {
        'requests/s': rounded(requests.perSecond),
        p50: milliseconds(requests.p50Ms),
        p99: milliseconds(requests.p99Ms),
        'loop lag': milliseconds(requests.lagP99Ms),
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

const sum = (workers, pick) => workers.reduce((all, worker) => all + pick(worker.requests), 0);

function showTotals(workers) {
  const p99s = workers.map(({ requests }) => requests.p99Ms).filter((p99) => p99 !== null);
  const hits = sum(workers, ({ cache }) => cache.hits);
  const reads = hits + sum(workers, ({ cache }) => cache.misses);
  showFacts(byId('totals'), {
    'requests/s': rounded(sum(workers, ({ perSecond }) => perSecond)),
    'answered 5xx': sum(workers, ({ failed }) => failed),
    'cache hits': reads === 0 ? '–' : `${Math.round((100 * hits) / reads)} %`,
    'slowest p99': milliseconds(p99s.length > 0 ? Math.max(...p99s) : null),
  });
}

/** `onPress(name, 'drain' or 'resume')`; `onState(name, state)` when a worker's state changes. */
export function createWorkers({ onPress, onState }) {
  const cards = new Map();
  const showLanes = createLanes();
  return function show({ workers: all, at }) {
    const workers = newestOfEach(all);
    const serving = workers.filter((worker) => stateOf(worker) === 'serving').length;
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
      const state = cards.get(worker.name).show(worker, { at, serving });
      if (state) onState(worker.name, state);
    }
    showTotals(workers);
    showLanes(workers);
  };
}
