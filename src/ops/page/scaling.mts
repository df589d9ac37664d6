import type { AutoscaleStatus } from '../../control/protocol.js';
import { byId, duration, make, milliseconds, rounded, setText, showFacts } from './dom.mjs';

/** Describes what the autoscaler may do now. */
function stateOf({ holds, restMs }: AutoscaleStatus): string {
  if (holds) return `It holds: ${holds}.`;
  if (restMs > 0) return `The last worker brought nothing, so it adds none for ${duration(0, restMs)}.`;
  return 'It adds a worker after 3 s of need, and removes one after 2 minutes without.';
}

/** Shows what the autoscaler sees and did; hides the section while none runs. */
export function showScaling(status: AutoscaleStatus | undefined): void {
  byId('scaling').hidden = !status;
  if (!status) return;
  const { least, most, workers, now, steps } = status;
  showFacts(byId('scaling-facts'), {
    workers: `${workers} (${least} to ${most})`,
    'event loops busy': now ? `${Math.round(100 * now.utilisation)} %` : '–',
    'passwords wait': milliseconds(now ? now.hashWaitMs : null),
    'answered/s': now ? rounded(now.perSecond) : '–',
  });
  setText(byId('scaling-state'), stateOf(status));
  const lines = steps.map(({ at, text }) => `${new Date(at).toLocaleTimeString()}  ${text}`).reverse();
  const list = byId('scaling-steps');
  if ([...list.children].map(({ textContent }) => textContent).join() !== lines.join())
    list.replaceChildren(...lines.map((textContent) => make('li', { textContent })));
}
