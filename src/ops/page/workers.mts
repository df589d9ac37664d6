import type { RequestStats } from '../../control/protocol.js';
import type { OpsSnapshot } from '../ops-types.js';
import { stateOf, type Action } from './card.mjs';
import { byId, milliseconds, rounded, setText, showFacts } from './dom.mjs';
import { createHosts } from './hosts.mjs';
import { createLanes } from './lanes.mjs';
import { createRefusals } from './refusals.mjs';
import { describeElsewhere, hostsOf, isSilent, type ShownWorker } from './shown.mjs';

export type { Action };

const sum = (workers: ShownWorker[], pick: (requests: RequestStats) => number) =>
  workers.reduce((all, worker) => all + pick(worker.requests), 0);

function showTotals(workers: ShownWorker[]): void {
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
  onPress: (worker: ShownWorker, action: Action) => Promise<void>;
  /** Called when the state of a worker changes. */
  onState: (name: string, state: string) => void;
  say: (text: string) => void;
}

export function createWorkers({ onPress, onState, say }: WorkersOptions) {
  const showHosts = createHosts({ onPress, onState });
  const showLanes = createLanes();
  const showRefusals = createRefusals(say);

  return function show(snapshot: OpsSnapshot<string>): void {
    const hosts = hostsOf(snapshot);
    const heard = hosts.flatMap(({ workers }) => workers).filter((worker) => !isSilent(worker));
    const serving = heard.filter((worker) => stateOf(worker) === 'serving').length;
    const text = describeElsewhere(snapshot);
    byId('elsewhere').hidden = text === '';
    setText(byId('elsewhere'), text);
    showHosts(hosts, { at: snapshot.at, serving });
    showTotals(heard);
    showRefusals(heard);
    showLanes(heard);
  };
}
