/** Names of all measurements and their names in reports; the last four run once, after the rounds. */
export const SCENARIO_NAMES = {
  'sign-up': 'sign-up',
  'log-in': 'log-in',
  'cached-read': 'cached read',
  'uncached-read': 'uncached read',
  list: 'list of 20',
  'conditional-read': 'conditional read (304)',
  create: 'create',
  mixed: 'mixed',
  'heavy-job': 'heavy job',
  'reads-in-storm': 'reads in a storm',
  'reload-under-load': 'reload under load',
  scaling: 'scaling',
  'slowed-worker': 'one slowed worker',
  idle: 'idle workers',
  memory: 'memory',
} as const;
export type ScenarioName = keyof typeof SCENARIO_NAMES;

/** Values of NGINX's BALANCING variable, and their names in reports. */
export const BALANCING_NAMES = {
  'round-robin': 'round robin',
  'least-connections': 'least connections',
  'response-time': 'response time',
} as const;
export type Balancing = keyof typeof BALANCING_NAMES;
export const BALANCINGS = Object.keys(BALANCING_NAMES) as Balancing[];
