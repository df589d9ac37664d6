import type { ApiStatus, RequestStats } from '../../control/protocol.js';
import type { OpsSnapshot } from '../ops-types.js';
import { byId, createSparkline, duration, make, milliseconds, rounded, setText, showFacts } from './dom.mjs';
import { createLanes } from './lanes.mjs';
import { createRefusals } from './refusals.mjs';

const ASIDE =
  'Something slows this worker down, such as a CPU quota. It left its requests to the others and returns by itself.';
const LAST = 'The last worker that serves: without it no request is answered.';
const SILENT = 'It runs, but has not answered within a second.';

export type Action = 'drain' | 'resume';

/** During a reload a name occurs twice for a moment: takes the newer process. */
const newestOfEach = (workers: ApiStatus[]) => [
  ...new Map(workers.map((worker) => [worker.name, worker])).values(),
];

/** Shows the commit as git shortens it. */
const describeBuild = ({ build }: ApiStatus) =>
  build && {
    version: `${build.version} (${build.commit.replace(/^([0-9a-f]{7})[0-9a-f]+/, '$1')})`,
    contract: build.contract,
  };

function stateOf({ draining, asideSince, listening, inFlight }: ApiStatus): string {
  if (!draining) return 'serving';
  if (asideSince) return 'aside';
  return listening || inFlight > 0 ? 'draining' : 'drained';
}

function createCard(name: string, onPress: (name: string, action: Action) => Promise<void>) {
  const state = make('span', { className: 'state' });
  const spark = createSparkline();
  const facts = make('dl');
  const button = make('button', { type: 'button' });
  const why = make('p', { className: 'why', id: `why-${name}` });
  button.setAttribute('aria-describedby', why.id);
  const title = make('h3', {}, name, ' ', state);
  const element = make('article', { className: 'card' }, title, spark.svg, facts, button, why);
  element.dataset.worker = name;
  let now = '';
  let isAsking = false;
  let isBarred = false;
  // Not `disabled`: that would take the keyboard focus off the button.
  const showButton = () => button.setAttribute('aria-disabled', String(isAsking || isBarred));
  const press = async () => {
    if (isAsking || isBarred) return;
    isAsking = true;
    showButton();
    await onPress(name, now === 'serving' ? 'drain' : 'resume');
    isAsking = false;
    showButton();
  };
  button.addEventListener('click', () => void press());

  /**
   * @param note explains the state below the button
   * @param bars true if the button does nothing in this state
   * @returns the state if it has changed
   */
  function showState(next: string, note = '', bars = note !== ''): string | undefined {
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
    /** Shows a worker that runs but did not answer: the rest of its card stays as it was. */
    showSilent() {
      showFacts(facts, { 'late by': 'over 1 s' });
      return showState('too busy to answer', SILENT);
    },
    /** @param serving number of workers that serve */
    show(worker: ApiStatus, { at, serving }: { at: number; serving: number }) {
      const { requests } = worker;
      const next = stateOf(worker);
      setText(button, `${next === 'serving' ? 'Drain' : 'Resume'} ${name}`);
      spark.add(requests.perSecond);
      showFacts(facts, {
        'requests/s': rounded(requests.perSecond),
        p50: milliseconds(requests.p50Ms),
        p99: milliseconds(requests.p99Ms),
        'late by': milliseconds(requests.lateMs),
        memory: `${Math.round(worker.memoryBytes / 1e6)} MB`,
        'in flight': worker.inFlight,
        hashes: worker.hashes,
        ...(worker.host && { host: worker.host }),
        'up for': duration(worker.startedAt, at),
        release: worker.release.slice(0, 8),
        ...describeBuild(worker),
      });
      const isLast = next === 'serving' && serving === 1;
      return showState(next, isLast ? LAST : next === 'aside' ? ASIDE : '', isLast);
    },
  };
}

const sum = (workers: ApiStatus[], pick: (requests: RequestStats) => number) =>
  workers.reduce((all, worker) => all + pick(worker.requests), 0);

function showTotals(workers: ApiStatus[]): void {
  const p99s = workers.flatMap(({ requests }) => requests.p99Ms ?? []);
  const hits = sum(workers, ({ cache }) => cache.hits);
  const reads = hits + sum(workers, ({ cache }) => cache.misses);
  showFacts(byId('totals'), {
    'requests/s': rounded(sum(workers, ({ perSecond }) => perSecond)),
    'answered 5xx': sum(workers, ({ failed }) => failed),
    'cache hits': reads === 0 ? '–' : `${Math.round((100 * hits) / reads)} %`,
    'slowest p99': milliseconds(p99s.length > 0 ? Math.max(...p99s) : null),
  });
}

interface WorkersOptions {
  /** Called when the user presses a worker's button. */
  onPress: (name: string, action: Action) => Promise<void>;
  /** Called when the state of a worker changes. */
  onState: (name: string, state: string) => void;
  say: (text: string) => void;
}

export function createWorkers({ onPress, onState, say }: WorkersOptions) {
  const cards = new Map<string, ReturnType<typeof createCard>>();
  const showLanes = createLanes();
  const showRefusals = createRefusals(say);

  function cardOf(name: string) {
    const card = cards.get(name) ?? createCard(name, onPress);
    if (!cards.has(name)) byId('workers').append(card.element);
    cards.set(name, card);
    return card;
  }

  return function show({ workers: all, silent, at }: OpsSnapshot<string>): void {
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
      const state = cardOf(worker.name).show(worker, { at, serving });
      if (state) onState(worker.name, state);
    }
    showTotals(workers);
    showRefusals(workers);
    showLanes(workers);
  };
}
