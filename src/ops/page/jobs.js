import { ago, byId, make, setText, showFacts } from './dom.js';

const WORDS = { queued: 'waiting', running: 'running', done: 'done', failed: 'failed' };

function line({ type, status, attempts, createdAt, startedAt, finishedAt }, now) {
  const took = startedAt && finishedAt ? `, took ${new Date(finishedAt) - new Date(startedAt)} ms` : '';
  const tries = attempts > 1 ? `, attempt ${attempts}` : '';
  const text = `${type}: ${WORDS[status] ?? status}${took}${tries}, asked for ${ago(new Date(createdAt), now)} ago`;
  const item = make('li', { textContent: text });
  item.dataset.status = status;
  return item;
}

function showMessages(messages) {
  byId('no-messages').hidden = Boolean(messages);
  byId('messages').hidden = !messages;
  if (!messages) return void (byId('dead-letters').hidden = true);
  const { ready, unacknowledged, deadLetters } = messages;
  showFacts(byId('messages'), { ready, unacknowledged, 'dead letters': deadLetters });
  byId('dead-letters').hidden = deadLetters === 0;
}

/** All that lie there: which job each is of is told by `npm run dead-letters`. */
function tendDeadLetters({ send, say, complain, after }) {
  const act = (button, method, path, question) =>
    byId(button).addEventListener('click', async () => {
      if (question && !confirm(question)) return;
      const answer = await send(method, path);
      if (!answer.ok) return complain(answer.message ?? 'It could not be done.');
      const { retried, discarded, over, kept } = answer.body;
      const parts = [`${retried} tried again`, `${discarded} discarded`, `${over} needed nothing`];
      if (kept > 0) parts.push(`${kept} can only be discarded`);
      say(`Dead letters: ${parts.join(', ')}.`);
      byId('messages-title').focus();
      after();
    });
  act('retry-letters', 'POST', '/ops/dead-letters/retry');
  const question = "Discard all dead letters? Failed jobs of them can't be tried again then.";
  act('discard-letters', 'DELETE', '/ops/dead-letters', question);
}

/** `send(method, path)` answers as the API does; `say` tells what was done, `complain` what went wrong. */
export function createJobs({ send, say, complain }) {
  let failed;
  let isLoading = false;
  /** What is listed now, with when it failed. */
  let listed = [];

  function failedJob({ _id: id, type, error, finishedAt }) {
    const what = `${type} ${id.slice(-6)}`;
    const act = (word, done, method, path, question) => {
      const label = `${word} ${what}`;
      const button = make('button', { type: 'button', textContent: word, ariaLabel: label });
      button.addEventListener('click', async () => {
        if (question && !confirm(question)) return;
        const answer = await send(method, path);
        if (!answer.ok) complain(`${what}: ${answer.message ?? 'it could not be done.'}`);
        else {
          item.remove();
          say(`${what}: ${done}.`);
        }
        byId('failed-title').focus();
        await load();
        // It may fail again before the next event: the number is then the same, the list isn't.
        failed = undefined;
      });
      return button;
    };
    const place = `/ops/failed-jobs/${id}`;
    const since = make('span');
    listed.push({ since, finishedAt: new Date(finishedAt) });
    const item = make(
      'li',
      {},
      make('span', {}, `${what}: ${error ?? 'No reason is known.'} `, since),
      make(
        'span',
        { className: 'buttons' },
        act('Retry', 'it is tried again', 'POST', `${place}/retry`),
        act('Discard', 'it was discarded', 'DELETE', place, `Discard ${what}? It can't be tried again then.`),
      ),
    );
    return item;
  }

  async function load() {
    isLoading = true;
    try {
      const answer = await send('GET', '/ops/failed-jobs');
      if (!answer.ok) return void (failed = undefined);
      listed = [];
      const items = answer.body.map(failedJob);
      byId('failed-jobs').replaceChildren(
        ...(items.length > 0 ? items : [make('li', { textContent: 'None.' })]),
      );
    } finally {
      isLoading = false;
    }
  }

  tendDeadLetters({ send, say, complain, after: () => (failed = undefined) });

  return function show({ jobs, messages, at }) {
    showMessages(messages);
    if (!jobs) return byId('jobs').replaceChildren(make('li', { textContent: 'MongoDB does not answer.' }));
    const { waiting, running, doneLastMinute, failed: total, latest } = jobs;
    showFacts(byId('job-counts'), { waiting, running, 'done in a minute': doneLastMinute, failed: total });
    const items = latest.map((job) => line(job, at));
    byId('jobs').replaceChildren(...(items.length > 0 ? items : [make('li', { textContent: 'None yet.' })]));
    for (const { since, finishedAt } of listed) setText(since, `${ago(finishedAt, at)} ago`);
    if (total === failed || isLoading) return;
    failed = total;
    void load();
  };
}
