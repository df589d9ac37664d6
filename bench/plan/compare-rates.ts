import { formatTable } from '../../tools/report/markdown';
import { formatNumber, formatPercent } from '../reports/format';
import type { Limit } from './limits';
import type { Plan } from './plan';
import { wrap } from './wrap';

const number = (value: number) => value.toLocaleString('en-US');

/** Each row of the table of several rates. */
const ROWS: [name: string | ((plan: Plan) => string), cell: (plan: Plan) => string][] = [
  ['hosts', ({ fleet }) => number(fleet.hosts)],
  ['NGINX and workers on', ({ fleet }) => number(fleet.appHosts)],
  ['API workers', ({ fleet }) => number(fleet.workers)],
  ['servers on', ({ fleet }) => number(fleet.serverHosts || fleet.appHosts)],
  [
    ({ options }) => (options.lose === 'none' ? 'busy' : 'busy, after a loss'),
    ({ busy, options }) =>
      [busy.now, ...(options.lose === 'none' ? [] : [busy.afterLoss])].map(formatPercent).join(', '),
  ],
  ['MongoDB', ({ fleet }) => `${fleet.mongo} × ${fleet.members.mongo}`],
  ['Redis', ({ fleet }) => `${fleet.redis} × ${fleet.members.redis}`],
  ['RabbitMQ', ({ fleet }) => `${fleet.rabbit} × ${fleet.members.rabbit}`],
  ['MongoDB connections', ({ connections }) => number(connections.mongoMost)],
  ['Redis connections', ({ connections }) => number(connections.redis)],
  ['Gbit/s to clients', ({ gbits }) => formatNumber(gbits.clients)],
  ['Gbit/s to servers', ({ gbits }) => formatNumber(gbits.redis + gbits.mongo + gbits.rabbit)],
  ['hosts per 1,000/s', ({ fleet, demand }) => formatNumber((fleet.hosts * 1_000) / demand.perSecond)],
];

/** Formats plans beside each other, each in a column. */
export function formatRates(plans: Plan[]): string {
  const head = ['requests/s', ...plans.map(({ demand }) => number(demand.perSecond))];
  const table = formatTable({
    head,
    rows: ROWS.map(([name, cell]) => [typeof name === 'string' ? name : name(plans[0]!), ...plans.map(cell)]),
  });
  const limit = ({ name, plannedTo }: Limit) => `${name}, planned to ${at(plannedTo)}`;
  const rates = new Map<string, string[]>();
  for (const { demand, limits } of plans) {
    const text = `${limit(limits[0]!)}; then ${limit(limits[1]!)}.`;
    rates.set(text, [...(rates.get(text) ?? []), number(demand.perSecond)]);
  }
  const saturates = [...rates].map(([text, them]) => wrap(`at ${them.join(' and ')}/s: ${text}`, '- '));
  return `${table}\n\nWhat saturates first if the fleet stays:\n\n${saturates.join('\n')}`;
}

const at = (rate: number) => (Number.isFinite(rate) ? `${number(Math.floor(rate))}/s` : '–');
