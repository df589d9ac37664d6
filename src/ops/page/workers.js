import { ago, byId, createSparkline, make, milliseconds, rounded, setText, showFacts } from './dom.js';
import { createLanes } from './lanes.js';
import { createRefusals } from './refusals.js';

const ASIDE =
  'Something holds this worker, such as a CPU quota, so it left its requests to the others. It returns by itself.';
const LAST = 'The last worker that serves: without it nobody would answer.';
const SILENT = 'It runs, but has not answered within a second.';

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
  let isBarred = false;
  // Not `disabled`: who is on it with the keyboard would be thrown off.
  const showButton = () => button.setAttribute('aria-disabled', String(isAsking || isBarred));
  button.addEventListener('click', async () => {
    if (isAsking || isBarred) return;
    isAsking = true;
    showButton();
    await onPress(name, now === 'serving' ? 'drain' : 'resume');
    isAsking = false;
    showButton();
  });

  /** `note`: what there is to say; with `bars` also why its button does nothing. @returns the state if it is another */
  function showState(next, note = '', bars = note !== '') {
    const before = now;
    now = next;
    element.dataset.state = now;
    setText(state, now);
    isBarred = bars;
    setText(why, note);
    showButton();
    return before && before !== now ? now : undefined;
  }

  return {
    element,
    /** For a worker that runs and did not answer: the rest of its card stays as it was. */
    showSilent() {
      showFacts(facts, { 'late by': 'over 1 s' });
      return showState('too busy to answer', SILENT);
    },
    /** `serving`: how many do. */
    show(worker, { at, serving }) {
      const { requests } = worker;
      const next = stateOf(worker);
      setText(button, `${next === 'serving' ? 'Drain' : 'Resume'} ${name}`);
      spark.add(requests.perSecond);
      showFacts(facts, {
        'requests/s': rounded(requests.perSecond),
        p50: milliseconds(requests.p50Ms),
        p99: milliseconds(requests.p99Ms),
        'late by': milliseconds(requests.lateMs ?? null),
        memory: `${Math.round(worker.memoryBytes / 1e6)} MB`,
        'in flight': worker.inFlight,
        hashes: worker.hashes,
        'up for': ago(worker.startedAt, at),
        release: worker.release.slice(0, 8),
      });
      const isLast = next === 'serving' && serving === 1;
      return showState(next, isLast ? LAST : next === 'aside' ? ASIDE : '', isLast);
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

/** `onPress(name, 'drain' or 'resume')`; `onState(name, state)` when a worker's state changes; `say(text)`. */
export function createWorkers({ onPress, onState, say }) {
  const cards = new Map();
  const showLanes = createLanes();
  const showRefusals = createRefusals(say);
  return function show({ workers: all, silent = [], at }) {
    const workers = newestOfEach(all);
    const serving = workers.filter((worker) => stateOf(worker) === 'serving').length;
    for (const [name, card] of cards) {
      if (workers.some((worker) => worker.name === name)) continue;
      if (silent.includes(name)) {
        const state = card.showSilent();
        if (state) onState(name, state);
        continue;
      }
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
    showRefusals(workers);
    showLanes(workers);
  };
}
