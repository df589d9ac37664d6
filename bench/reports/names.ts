import type { Balancing, RawLimit, Series, Setup } from '../store/result-types';

const SCENARIO_NAMES: Record<string, string> = {
  'log-in': 'log-in',
  'cached-read': 'cached read',
  'uncached-read': 'uncached read',
  'conditional-read': 'conditional read (304)',
  list: 'list of 20',
  'heavy-job': 'heavy job',
  'reads-in-storm': 'reads in a storm',
  'reload-under-load': 'reload under load',
  'slowed-worker': 'one slowed worker',
};

export const nameOfScenario = (scenario: string): string => SCENARIO_NAMES[scenario] ?? scenario;

/** With its part, where it has parts. */
export const nameOf = ({ scenario, part }: Pick<Series, 'scenario' | 'part'>): string =>
  part === undefined ? nameOfScenario(scenario) : `${nameOfScenario(scenario)}: ${part}`;

const BALANCING_NAMES: Record<Balancing, string> = {
  'round-robin': 'round robin',
  'least-connections': 'least connections',
  'response-time': 'response time',
};

export const nameOfBalancing = (balancing: Balancing): string => BALANCING_NAMES[balancing];

export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

/** What is unusual about it after the number of workers. */
export function nameOfSetup({
  workers,
  hashThreads,
  cache,
  quotaCores,
  slowedWorker,
  balancing,
}: Setup): string {
  return [
    count(workers, 'worker'),
    hashThreads > 1 && count(hashThreads, 'hash thread'),
    hashThreads === 0 && 'hashing on the event loop',
    !cache && 'no cache',
    quotaCores !== undefined && `${quotaCores} core each`,
    balancing !== 'round-robin' && nameOfBalancing(balancing),
    slowedWorker !== undefined && 'one slowed',
  ]
    .filter(Boolean)
    .join(', ');
}

export const RAW_NAMES: Record<RawLimit['name'], string> = {
  'node-http': 'bare node:http',
  express: 'bare Express',
  'express-not-modified': 'bare Express, 304',
  'express-list': 'bare Express, list of 20',
  hash: 'bcrypt alone',
  'redis-get': 'Redis GET',
};

export const nameOfRaw = ({ name, parallel }: Pick<RawLimit, 'name' | 'parallel'>): string => {
  const unit = name === 'hash' ? 'thread' : name === 'redis-get' ? 'connection' : 'process';
  const units = unit === 'process' && parallel !== 1 ? `${parallel} processes` : count(parallel, unit);
  return `${RAW_NAMES[name]}, ${units}`;
};
