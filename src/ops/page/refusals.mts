import { byId, make, rounded } from './dom.mjs';
import type { ShownWorker } from './shown.mjs';

const CLASSES: Record<string, string> = {
  password: 'Log-ins and sign-ups',
  upload: 'Uploads',
  write: 'Writes',
  uncached: 'Uncached reads',
  'cached-read': 'Cached reads',
};
const REASONS: Record<string, string> = {
  late: 'the event loop is late',
  limit: 'too many requests are under way',
  share: 'the client has used its share',
  wait: 'the wait would be too long',
  disk: 'the disk of MongoDB is nearly full',
};

interface Refusal {
  class: string;
  reason: string;
  perSecond: number;
  shares: string[];
}

/** Adds up the refusals of all workers by class and reason, the most frequent first. */
function sumUp(workers: ShownWorker[]): Refusal[] {
  const found = new Map<string, Refusal>();
  for (const { key: name, requests } of workers) {
    for (const { class: kind, reason, perSecond } of requests.refused) {
      if (perSecond === 0) continue;
      const key = `${kind} ${reason}`;
      const entry = found.get(key) ?? { class: kind, reason, perSecond: 0, shares: [] };
      entry.perSecond += perSecond;
      entry.shares.push(`${name} ${rounded(perSecond)}`);
      found.set(key, entry);
    }
  }
  return [...found.values()].sort((a, b) => b.perSecond - a.perSecond);
}

function line({ class: kind, reason, perSecond, shares }: Refusal) {
  const what = `${CLASSES[kind] ?? kind}: ${rounded(perSecond)}/s, because ${REASONS[reason] ?? reason}`;
  return make('li', {}, make('b', { textContent: what }), ` (${shares.join(', ')})`);
}

/** Shows the section only while requests are refused; `say` announces when that begins and ends. */
export function createRefusals(say: (text: string) => void) {
  return function show(workers: ShownWorker[]): void {
    const refused = sumUp(workers);
    const isRefusing = refused.length > 0;
    const box = byId('refusing');
    if (box.hidden === isRefusing)
      say(isRefusing ? 'Requests are being refused.' : 'Requests are no longer refused.');
    box.hidden = !isRefusing;
    byId('refusals').replaceChildren(...refused.map(line));
  };
}
