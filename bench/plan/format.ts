import { formatTable } from '../../tools/report/markdown';
import { formatNumber, formatPercent } from '../reports/format';
import { makeTable } from '../reports/sections/section';
import { GROUPS } from './constants-schema';
import { connectionLines, hostLines, lawText, processLines, type Line } from './lines';
import type { Plan } from './plan';
import { wrap } from './wrap';

/** Limits of the fleet that the text lists; `--json` has all. */
const LISTED = 4;

const rate = (value: number) =>
  Number.isFinite(value) ? `${Math.floor(value).toLocaleString('en-US')}/s` : '–';
const perSecond = (value: number) => `${Number(value.toPrecision(12)).toLocaleString('en-US')}/s`;

/** Formats a plan for a terminal of 80 columns. */
export function formatPlan(plan: Plan): string {
  const { demand, options, limits, doubts, constants, fleet } = plan;
  const loss = { none: 'none may fail', host: 'one may fail', zone: 'in three zones, of which one may fail' };
  const hosts = `${fleet.hosts} host${fleet.hosts > 1 ? 's' : ''} of ${options.cores} core${options.cores > 1 ? 's' : ''}`;
  return [
    wrap(
      `${perSecond(demand.perSecond)}: ${hosts}; ${loss[options.lose]}, and the cores are at most ` +
        `${formatPercent(options.busy)} busy.`,
    ),
    formatWork(plan),
    formatLines(hostLines(plan)),
    formatLines(processLines(plan)),
    formatLines(connectionLines(plan)),
    `What saturates first if this fleet stays and the load grows:\n\n${formatLimits(plan)}`,
    limits
      .slice(0, LISTED)
      .map(({ name, then }, index) => wrap(`${name}: ${then}.`, `${index + 1}. `))
      .join('\n'),
    ...(doubts.length > 0
      ? [
          `This plan needs what taskfleet does not have, or what was not measured:\n${doubts.map((one) => wrap(one, '- ')).join('\n')}`,
        ]
      : []),
    wrap(lawText(plan)),
    formatSources(constants),
  ].join('\n\n');
}

function formatWork({ demand, fleet }: Plan): string {
  const extra: Partial<Record<string, number>> = {
    Redis: fleet.work.redis - demand.cores.Redis,
    MongoDB: fleet.work.mongo - demand.cores.MongoDB,
    RabbitMQ: fleet.work.rabbit - demand.cores.RabbitMQ,
  };
  return formatTable(
    makeTable(GROUPS, [
      ['process', (group) => group],
      ['µs a request', (group) => formatNumber(demand.micros[group])],
      ['cores busy', (group) => formatNumber(demand.cores[group])],
      ['for idle workers', (group) => (extra[group] === undefined ? '–' : formatNumber(extra[group]))],
    ]),
  );
}

const formatLimits = ({ limits }: Plan) =>
  formatTable(
    makeTable(limits.slice(0, LISTED), [
      ['', ({ name }) => name],
      ['planned to', ({ plannedTo }) => rate(plannedTo)],
      ['full at', ({ fullAt }) => rate(fullAt)],
    ]),
  );

function formatLines(lines: Line[]): string {
  const name = Math.max(...lines.map((line) => line.name.length));
  const value = Math.max(...lines.map((line) => line.value.length));
  return lines
    .map((line) => wrap(line.why, `${line.name.padEnd(name)}  ${line.value.padStart(value)}  `))
    .join('\n');
}

const formatSources = ({ sources }: Plan['constants']) =>
  [
    'Constants (--print-constants shows them, --file replaces them):',
    ...Object.entries(sources).map(([name, { command, date, machine }]) =>
      wrap(`${command}; ${date}; ${machine}`, `  ${name}: `),
    ),
  ].join('\n');
