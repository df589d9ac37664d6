import {
  BALANCING_NAMES,
  SCENARIO_NAMES,
  type RawLimit,
  type Series,
  type Setup,
} from '../store/result-types';
import { formatCount } from './format';

const scenarioNames: Record<string, string> = SCENARIO_NAMES;

export const nameOfScenario = (scenario: string): string => scenarioNames[scenario] ?? scenario;

export const nameOf = ({ scenario, part }: Pick<Series, 'scenario' | 'part'>): string =>
  nameOfScenario(scenario) + (part === undefined ? '' : `: ${part}`);

/** Returns the number of workers, followed by what is unusual. */
export const nameOfSetup = (setup: Setup): string =>
  [
    formatCount(setup.workers, 'worker'),
    setup.hashThreads > 1 && formatCount(setup.hashThreads, 'hash thread'),
    setup.hashThreads === 0 && 'hashing on the event loop',
    !setup.cache && 'no cache',
    setup.quotaCores !== undefined && `${setup.quotaCores} core each`,
    setup.balancing !== 'round-robin' && BALANCING_NAMES[setup.balancing],
    setup.slowedWorker !== undefined && 'one slowed',
  ]
    .filter(Boolean)
    .join(', ');

export const nameOfSeries = (series: Series): string => `${nameOf(series)}, ${nameOfSetup(series.setup)}`;

export const RAW_NAMES: Record<RawLimit['name'], string> = {
  'node-http': 'bare node:http',
  express: 'bare Express',
  'express-not-modified': 'bare Express, 304',
  'express-list': 'bare Express, list of 20',
  hash: 'bcrypt alone',
  'redis-get': 'Redis GET',
};

export function nameOfRaw({ name, parallel }: Pick<RawLimit, 'name' | 'parallel'>): string {
  const unit = name === 'hash' ? 'thread' : name === 'redis-get' ? 'connection' : 'process';
  const units = unit === 'process' ? 'processes' : `${unit}s`;
  return `${RAW_NAMES[name]}, ${formatCount(parallel, unit, units)}`;
}
