import { ago, byId, make, showFacts } from './dom.js';

const WORDS = { queued: 'waiting', running: 'running', done: 'done', failed: 'failed' };

function line({ type, status, attempts, createdAt, startedAt, finishedAt }, now) {
  const took = startedAt && finishedAt ? `, took ${new Date(finishedAt) - new Date(startedAt)} ms` : '';
  const tries = attempts > 1 ? `, attempt ${attempts}` : '';
  const text = `${type}: ${WORDS[status] ?? status}${took}${tries}, asked for ${ago(new Date(createdAt), now)} ago`;
  const item = make('li', { textContent: text });
  item.dataset.status = status;
  return item;
}

/** `send(method, path)` answers as the API does; `say` tells the reader. */
export function createJobs({ send, say }) {
  let failed;
  let isLoading = false;

  function deadLetter({ _id: id, type, error, finishedAt }) {
    const what = `${type} ${id.slice(-6)}`;
    const act = (word, done, method, path, question) => {
      const label = `${word} ${what}`;
      const button = make('button', { type: 'button', textContent: word, ariaLabel: label });
      button.addEventListener('click', async () => {
        if (question && !confirm(question)) return;
        const answer = await send(method, path);
        say(answer.ok ? `${what}: ${done}.` : `${what}: ${answer.message ?? 'it could not be done.'}`);
        byId('dead-title').focus();
        await load();
      });
      return button;
    };
    const place = `/ops/dead-letters/${id}`;
    const when = finishedAt ? `, ${new Date(finishedAt).toLocaleString()}` : '';
    return make(
      'li',
      {},
      make('span', { textContent: `${what}${when}: ${error ?? 'no reason is known'}` }),
      make(
        'span',
        { className: 'buttons' },
        act('Retry', 'it is tried again', 'POST', `${place}/retry`),
        act('Discard', 'it was discarded', 'DELETE', place, `Discard ${what}? It can't be tried again then.`),
      ),
    );
  }

  async function load() {
    if (isLoading) return;
    isLoading = true;
    try {
      const answer = await send('GET', '/ops/dead-letters');
      if (!answer.ok) return void (failed = undefined);
      const items = answer.body.map(deadLetter);
      byId('dead').replaceChildren(...(items.length > 0 ? items : [make('li', { textContent: 'None.' })]));
    } finally {
      isLoading = false;
    }
  }

  return function show({ jobs, at }) {
    if (!jobs) return byId('jobs').replaceChildren(make('li', { textContent: 'MongoDB does not answer.' }));
    const { waiting, running, doneLastMinute, failed: dead, latest } = jobs;
    showFacts(byId('job-counts'), { waiting, running, 'done in a minute': doneLastMinute, failed: dead });
    const items = latest.map((job) => line(job, at));
    byId('jobs').replaceChildren(...(items.length > 0 ? items : [make('li', { textContent: 'None yet.' })]));
    if (dead === failed) return;
    failed = dead;
    void load();
  };
}
