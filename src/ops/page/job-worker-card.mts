import { duration, make, setText, showFacts } from './dom.mjs';
import { isSilent, type ShownJobWorker } from './shown.mjs';

const SILENT = 'It runs, but has not answered within a second.';

function stateOf({ isConnected, draining, jobs, concurrency }: ShownJobWorker): string {
  if (!isConnected) return 'without RabbitMQ';
  if (draining) return jobs.underWay.length > 0 ? 'draining' : 'drained';
  return jobs.underWay.length >= concurrency ? 'busy' : 'takes jobs';
}

/** Shows a job worker. It has no button: it drains by itself when it is stopped, or its host is drained. */
export function createJobWorkerCard({ key: first, name }: ShownJobWorker) {
  let key = first;
  const state = make('span', { className: 'state' });
  const facts = make('dl');
  const why = make('p', { className: 'why' });
  const element = make('article', { className: 'card' }, make('h4', {}, name, ' ', state), facts, why);

  function showState(text: string, note: string): void {
    element.dataset.state = text;
    setText(state, text);
    setText(why, note);
  }
  return {
    key: () => key,
    element,
    showSilent: () => showState('too busy to answer', SILENT),
    show(worker: ShownJobWorker, at: number): void {
      const { jobs, concurrency, heardMs } = worker;
      key = worker.key;
      element.dataset.jobWorker = key;
      element.dataset.silent = String(isSilent(worker));
      showState(
        isSilent(worker) ? 'silent' : stateOf(worker),
        isSilent(worker) ? `Not heard for ${duration(0, heardMs)}.` : '',
      );
      const ended = Object.entries(jobs.ended).flatMap(([outcome, count]) =>
        count > 0 ? [`${count} ${outcome}`] : [],
      );
      showFacts(facts, {
        'jobs under way': `${jobs.underWay.length} of ${concurrency}`,
        'attempts ended': ended.join(', ') || '–',
        memory: `${Math.round(worker.memoryBytes / 1e6)} MB`,
        'up for': duration(worker.startedAt, at),
        release: worker.release.slice(0, 8),
      });
    },
  };
}
