import { createCard, type Action } from './card.mjs';
import { byId, make, setText } from './dom.mjs';
import { createJobWorkerCard } from './job-worker-card.mjs';
import { byName, type ShownHost, type ShownWorker } from './shown.mjs';

interface HostsOptions {
  /** Called when the user presses a worker's button. */
  onPress: (worker: ShownWorker, action: Action) => Promise<void>;
  /** Called when the state of a process changes. */
  onState: (name: string, state: string) => void;
}

/** Removes the elements of what is no longer there. */
function keepOnly<T extends { element: Element }>(
  kept: Map<string, T>,
  ids: Set<string>,
  gone = (_: T) => {},
): void {
  for (const [id, one] of kept) {
    if (ids.has(id)) continue;
    one.element.remove();
    kept.delete(id);
    gone(one);
  }
}

/** Puts a new card before the first that follows it by name: the others stay, and so does the keyboard focus. */
function insert(cards: HTMLElement, card: HTMLElement, name: string): void {
  card.dataset.name = name;
  const later = [...cards.children].find((other) => byName((other as HTMLElement).dataset.name!, name) > 0);
  cards.insertBefore(card, later ?? null);
}

function createHost({ id, name }: ShownHost, { onPress, onState }: HostsOptions) {
  const here = make('small', {}, ' (this page comes from here)');
  const title = make('h3', { id: `host-${id}` }, name, here);
  const note = make('p', { className: 'host-note' });
  const cards = make('div', { className: 'cards' });
  const element = make('section', { className: 'host' }, title, note, cards);
  element.setAttribute('aria-labelledby', title.id);
  element.dataset.host = name;
  const workers = new Map<string, ReturnType<typeof createCard>>();
  const jobWorkers = new Map<string, ReturnType<typeof createJobWorkerCard>>();

  function report(key: string, state: string | undefined): void {
    if (state) onState(key, state);
  }

  return {
    element,
    /** @param serving number of workers that serve on all hosts */
    show(host: ShownHost, { at, serving }: { at: number; serving: number }): void {
      setText(note, host.note);
      // The page may reconnect to another host.
      here.hidden = !host.isHere;
      element.dataset.silent = String(!host.isHere && host.note !== '');
      const ids = new Set([...host.workers.map((one) => one.id), ...host.silent]);
      keepOnly(workers, ids, ({ key }) => onState(key(), 'gone'));
      const running = new Set([...host.jobWorkers.map((one) => one.id), ...host.silent]);
      keepOnly(jobWorkers, running, ({ key }) => onState(key(), 'gone'));
      for (const worker of host.workers) {
        const card = workers.get(worker.id) ?? createCard(worker, onPress);
        if (!workers.has(worker.id)) insert(cards, card.element, worker.name);
        workers.set(worker.id, card);
        report(worker.key, card.show(worker, { at, serving, isBarred: host.isDouble }));
      }
      for (const worker of host.jobWorkers) {
        const card = jobWorkers.get(worker.id) ?? createJobWorkerCard(worker);
        if (!jobWorkers.has(worker.id)) insert(cards, card.element, worker.name);
        jobWorkers.set(worker.id, card);
        card.show(worker, at);
      }
      const answered = new Set([...host.workers, ...host.jobWorkers].map((one) => one.id));
      for (const silent of host.silent.filter((one) => !answered.has(one))) {
        const card = workers.get(silent);
        if (card) report(card.key(), card.showSilent());
        jobWorkers.get(silent)?.showSilent();
      }
    },
  };
}

/** Shows a section for each host with a card for each of its processes. */
export function createHosts(options: HostsOptions) {
  const sections = new Map<string, ReturnType<typeof createHost>>();
  return function show(hosts: ShownHost[], now: { at: number; serving: number }): void {
    keepOnly(sections, new Set(hosts.map(({ id }) => id)));
    for (const host of hosts) {
      const section = sections.get(host.id) ?? createHost(host, options);
      if (!sections.has(host.id)) byId('workers').append(section.element);
      sections.set(host.id, section);
      section.show(host, now);
    }
  };
}
