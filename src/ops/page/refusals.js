import { byId, make, rounded } from './dom.js';

const CLASSES = {
  password: 'Log-ins and sign-ups',
  upload: 'Uploads',
  write: 'Writes',
  uncached: 'Reads that the cache does not have',
  'cached-read': 'Cached reads',
};
const REASONS = {
  late: 'the worker is late',
  limit: 'as much is under way as may be',
  share: 'their client has its share already',
  wait: 'they would wait too long',
  disk: 'the disk of the database is nearly full',
};

/** Requests/s of all workers by class and reason, and of each worker that refuses any. */
function sumUp(workers) {
  const found = new Map();
  for (const { name, requests } of workers) {
    // A worker of an older release reports none.
    for (const { class: of, reason, perSecond } of requests.refused ?? []) {
      if (perSecond === 0) continue;
      const key = `${of} ${reason}`;
      const entry = found.get(key) ?? { of, reason, perSecond: 0, shares: [] };
      entry.perSecond += perSecond;
      entry.shares.push(`${name} ${rounded(perSecond)}`);
      found.set(key, entry);
    }
  }
  return [...found.values()].sort((a, b) => b.perSecond - a.perSecond);
}

function line({ of, reason, perSecond, shares }) {
  const what = `${CLASSES[of] ?? of}: ${rounded(perSecond)}/s, since ${REASONS[reason] ?? reason}`;
  return make('li', {}, make('b', { textContent: what }), ` (${shares.join(', ')})`);
}

/** Shown only while something is refused; `say` reports when that begins and ends. */
export function createRefusals(say) {
  return function show(workers) {
    const refused = sumUp(workers);
    const isRefusing = refused.length > 0;
    const box = byId('refusing');
    if (box.hidden === isRefusing)
      say(isRefusing ? 'Requests are being refused.' : 'No request is refused any more.');
    box.hidden = !isRefusing;
    byId('refusals').replaceChildren(...refused.map(line));
  };
}
