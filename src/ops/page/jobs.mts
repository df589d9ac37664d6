import type { DeadLettersSettled, JobShown, OpsSnapshot } from '../ops-types.js';
import { byId, duration, make, setText, showFacts } from './dom.mjs';
import type { Reply } from './stream.mjs';

const WORDS: Record<string, string> = { queued: 'waiting' };

type Send = <T>(method: string, path: string) => Promise<Reply<T>>;

interface JobsOptions {
  send: Send;
  /** Shows what was done. */
  say: (text: string) => void;
  /** Shows what went wrong. */
  complain: (text: string) => void;
}

const time = (text: string) => new Date(text).getTime();

function line({ type, status, attempts, createdAt, startedAt, finishedAt }: JobShown<string>, now: number) {
  const took = startedAt && finishedAt ? `, took ${time(finishedAt) - time(startedAt)} ms` : '';
  const tries = attempts > 1 ? `, attempt ${attempts}` : '';
  const text = `${type}: ${WORDS[status] ?? status}${took}${tries}, requested ${duration(time(createdAt), now)} ago`;
  const item = make('li', { textContent: text });
  item.dataset.status = status;
  return item;
}

function showMessages(messages: OpsSnapshot<string>['messages']): void {
  byId('no-messages').hidden = Boolean(messages);
  byId('messages').hidden = !messages;
  byId('dead-letters').hidden = !messages || messages.deadLetters === 0;
  if (!messages) return;
  const { ready, unacknowledged, deadLetters } = messages;
  showFacts(byId('messages'), { ready, unacknowledged, 'dead letters': deadLetters });
}

/** Handles the buttons for all dead letters at once; `npm run dead-letters` lists them with their jobs. */
function tendDeadLetters({ send, say, complain }: JobsOptions, after: () => void): void {
  async function settle(method: string, path: string): Promise<void> {
    const { ok, body, message } = await send<DeadLettersSettled>(method, path);
    if (!ok || !body) return complain(message ?? 'The action failed.');
    const { retried, discarded, over, kept } = body;
    const parts = [`${retried} retried`, `${discarded} discarded`, `${over} needed nothing`];
    if (kept > 0) parts.push(`${kept} can only be discarded`);
    say(`Dead letters: ${parts.join(', ')}.`);
    byId('messages-title').focus();
    after();
  }
  byId('retry-letters').addEventListener('click', () => void settle('POST', '/ops/dead-letters/retry'));
  byId('discard-letters').addEventListener('click', () => {
    if (confirm('Discard all dead letters? Their failed jobs can then not be retried.'))
      void settle('DELETE', '/ops/dead-letters');
  });
}

export function createJobs(options: JobsOptions) {
  const { send, say, complain } = options;
  /** Number of failed jobs when the list was loaded; undefined to load it again. */
  let failed: number | undefined;
  let isLoading = false;
  /** The failed jobs listed now, with the element that shows their age. */
  let listed: { since: HTMLElement; finishedAt: number }[] = [];

  function failedJob({ _id: id, type, error, finishedAt }: JobShown<string>) {
    const what = `${type} ${id.slice(-6)}`;
    const act = (word: string, done: string, method: string, path: string, question?: string) => {
      const button = make('button', { type: 'button', textContent: word, ariaLabel: `${word} ${what}` });
      const press = async () => {
        if (question && !confirm(question)) return;
        const { ok, message } = await send(method, path);
        if (!ok) complain(`${what}: ${message ?? 'the action failed.'}`);
        else {
          item.remove();
          say(`${what}: ${done}.`);
        }
        byId('failed-title').focus();
        await load();
        // The job may fail again before the next snapshot: then the number is the same, but not the list.
        failed = undefined;
      };
      button.addEventListener('click', () => void press());
      return button;
    };
    const place = `/ops/failed-jobs/${id}`;
    const since = make('span');
    if (finishedAt) listed.push({ since, finishedAt: time(finishedAt) });
    const buttons = make(
      'span',
      { className: 'buttons' },
      act('Retry', 'retrying', 'POST', `${place}/retry`),
      act('Discard', 'discarded', 'DELETE', place, `Discard ${what}? It can then not be retried.`),
    );
    const item = make('li', {}, make('span', {}, `${what}: ${error ?? 'Unknown reason.'} `, since), buttons);
    return item;
  }

  async function load(): Promise<void> {
    isLoading = true;
    try {
      const { ok, body } = await send<JobShown<string>[]>('GET', '/ops/failed-jobs');
      if (!ok || !body) return void (failed = undefined);
      listed = [];
      const items = body.map(failedJob);
      byId('failed-jobs').replaceChildren(...(items.length > 0 ? items : [make('li', {}, 'None.')]));
    } finally {
      isLoading = false;
    }
  }

  tendDeadLetters(options, () => (failed = undefined));

  return function show({ jobs, messages, at }: OpsSnapshot<string>): void {
    showMessages(messages);
    if (!jobs) return byId('jobs').replaceChildren(make('li', {}, 'MongoDB does not answer.'));
    const { waiting, running, doneLastMinute, failed: total, latest } = jobs;
    showFacts(byId('job-counts'), { waiting, running, 'done in a minute': doneLastMinute, failed: total });
    const items = latest.map((job) => line(job, at));
    byId('jobs').replaceChildren(...(items.length > 0 ? items : [make('li', {}, 'None yet.')]));
    for (const { since, finishedAt } of listed) setText(since, `${duration(finishedAt, at)} ago`);
    if (total === failed || isLoading) return;
    failed = total;
    void load();
  };
}
