import type { ListedHost } from '../hosts/list-hosts';
import { findingsOf, type Finding } from './finding';
import { judgeClock } from './judge-clock';

const { ok, warning, error } = findingsOf('Hosts');
const SKEW_NOTED_MS = 1_000;

function judgeNames(hosts: ListedHost[]): Finding[] {
  const names = hosts.map(({ name }) => name);
  return [...new Set(names.filter((name, at) => names.indexOf(name) < at))].map((name) => {
    const addresses = hosts.filter((host) => host.name === name).map(({ address }) => address);
    return warning(
      `${addresses.length} hosts are called ${name} (${addresses.join(', ')}): a drain of one would drain all`,
      'Name each on its own: npx taskfleet config set TASKFLEET_HOST=NAME, then npx taskfleet reload',
    );
  });
}

const judgeClocks = (hosts: ListedHost[]): Finding[] =>
  hosts.flatMap(
    ({ name, skewMs = 0 }) =>
      judgeClock('Hosts', skewMs, {
        notedMs: SKEW_NOTED_MS,
        whose: `The clock of ${name}`,
        than: "MongoDB's",
      }) ?? [],
  );

/** The first key of a host signs: each other host has to know it. */
function judgeKeys(hosts: ListedHost[]): Finding[] {
  const withKeys = hosts.filter(({ keyIds }) => keyIds.length > 0);
  return withKeys.flatMap(({ name, keyIds: [signs] }) => {
    const unaware = withKeys.filter(({ keyIds }) => !keyIds.includes(signs!)).map((host) => host.name);
    if (unaware.length === 0) return [];
    return [
      error(
        `Tokens of ${name} are refused by ${unaware.join(', ')}, which lacks the key ${signs}`,
        'Give all hosts the same keys of the tokens (docs/hosts.md)',
      ),
    ];
  });
}

function judgePrefixes(hosts: ListedHost[]): Finding[] {
  const prefixes = [...new Set(hosts.map(({ keyPrefix }) => keyPrefix))];
  if (prefixes.length < 2) return [];
  return [
    error(
      `KEY_PREFIX differs between hosts (${prefixes.join(', ')}): each reads stale answers from its own cache`,
      'Set the same KEY_PREFIX on all hosts, then npx taskfleet reload --yes',
    ),
  ];
}

function judgeBuilds(hosts: ListedHost[]): Finding[] {
  const builds = [...new Set(hosts.flatMap((host) => host.builds))];
  if (builds.length < 2) return [];
  const each = hosts.map(({ name, builds: own }) => `${name} ${own.join(' and ')}`).join(', ');
  return [
    warning(
      `Not all hosts run the same build: ${each}`,
      'npx taskfleet reload on each, if none is under way',
    ),
  ];
}

/** Judges the hosts that use one database. */
export function judgeHosts(hosts: ListedHost[]): Finding[] {
  const living = hosts.filter(({ isGone }) => !isGone);
  const findings = [
    ...judgeNames(living),
    ...judgeClocks(living),
    ...judgeKeys(living),
    ...judgePrefixes(living),
    ...judgeBuilds(living),
    ...hosts
      .filter(({ drainedSince }) => drainedSince)
      .map(({ name }) =>
        warning(`${name} is drained: it takes no requests and no jobs`, `npx taskfleet hosts resume ${name}`),
      ),
    ...hosts
      .filter(({ isGone, drainedSince }) => isGone && !drainedSince)
      .map(({ name, lastSeenMs = 0 }) =>
        warning(
          `${name} stopped announcing itself ${Math.round(lastSeenMs / 1_000)} s ago`,
          'Look at that host; what died is forgotten after a day',
        ),
      ),
  ];
  if (findings.length > 0 || living.length === 0) return findings;
  return [ok(living.length === 1 ? `one host: ${living[0]!.name}` : `${living.length} hosts agree`)];
}
