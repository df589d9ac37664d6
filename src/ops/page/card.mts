import type { ApiStatus } from '../../control/protocol.js';
import { createSparkline, duration, make, milliseconds, rounded, setText, showFacts } from './dom.mjs';
import { isSilent, type ShownWorker } from './shown.mjs';

const ASIDE =
  'Something slows this worker down, such as a CPU quota. It left its requests to the others and returns by itself.';
const LAST = 'The last worker that serves: without it no request is answered.';
const HOST_DRAINED = 'Its whole host is drained, so it cannot be resumed alone.';
const SILENT = 'It runs, but has not answered within a second.';

export type Action = 'drain' | 'resume';

/** Shows the commit as git shortens it. */
const describeBuild = ({ build }: ApiStatus) =>
  build && {
    version: `${build.version} (${build.commit.replace(/^([0-9a-f]{7})[0-9a-f]+/, '$1')})`,
    contract: build.contract,
  };

/** @returns the state that a worker last reported */
export function stateOf({ draining, asideSince, listening, inFlight }: ApiStatus): string {
  if (!draining) return 'serving';
  if (asideSince) return 'aside';
  return listening || inFlight > 0 ? 'draining' : 'drained';
}

/** @param onPress called when the user presses the button */
export function createCard(
  worker: ShownWorker,
  onPress: (worker: ShownWorker, action: Action) => Promise<void>,
) {
  const { name, id } = worker;
  let shown = worker;
  const state = make('span', { className: 'state' });
  const spark = createSparkline();
  const facts = make('dl');
  const button = make('button', { type: 'button' });
  const why = make('p', { className: 'why', id: `why-${id}` });
  button.setAttribute('aria-describedby', why.id);
  const title = make('h4', {}, name, ' ', state);
  const element = make('article', { className: 'card' }, title, spark.svg, facts, button, why);
  let now = '';
  let isAsking = false;
  let isBarred = false;
  // Not `disabled`: that would take the keyboard focus off the button.
  const showButton = () => button.setAttribute('aria-disabled', String(isAsking || isBarred));
  const press = async () => {
    if (isAsking || isBarred) return;
    isAsking = true;
    showButton();
    await onPress(shown, now === 'serving' ? 'drain' : 'resume');
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
    key: () => shown.key,
    element,
    /** Shows a worker that runs but did not answer: the rest of its card stays as it was. */
    showSilent() {
      showFacts(facts, { 'late by': 'over 1 s' });
      return showState('too busy to answer', SILENT);
    },
    /**
     * @param now the number of workers that serve on all hosts; whether nothing can be asked of this host
     * @returns the state if it has changed
     */
    show(
      worker: ShownWorker,
      { at, serving, isBarred: bars }: { at: number; serving: number; isBarred: boolean },
    ) {
      const { requests, heardMs, key, hostName } = worker;
      shown = worker;
      element.dataset.worker = key;
      element.dataset.silent = String(isSilent(worker));
      if (isSilent(worker)) return showState('silent', `Not heard for ${duration(0, heardMs)}.`);
      const next = stateOf(worker);
      const label = `${next === 'serving' ? 'Drain' : 'Resume'} ${name}`;
      setText(button, label);
      button.ariaLabel = key === name ? null : `${label} of ${hostName}`;
      spark.add(requests.perSecond);
      showFacts(facts, {
        'requests/s': rounded(requests.perSecond),
        p50: milliseconds(requests.p50Ms),
        p99: milliseconds(requests.p99Ms),
        'late by': milliseconds(requests.lateMs),
        memory: `${Math.round(worker.memoryBytes / 1e6)} MB`,
        'in flight': worker.inFlight,
        hashes: worker.hashes,
        'up for': duration(worker.startedAt, at),
        release: worker.release.slice(0, 8),
        ...describeBuild(worker),
      });
      const isLast = next === 'serving' && serving === 1;
      const isHeld = next !== 'serving' && worker.hostDrained === true;
      const note = isHeld ? HOST_DRAINED : isLast ? LAST : next === 'aside' ? ASIDE : '';
      return showState(next, note, isLast || isHeld || bars);
    },
  };
}
