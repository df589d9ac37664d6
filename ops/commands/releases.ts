import { createLocalStack, dir, root } from '../local/local-stack';
import { apiName } from '../stack/app-names';
import { buildOf } from '../../src/process/version';
import { createReleases, type Release } from '../stack/releases';
import { runMain } from '../../tools/command/run-main';
import type { AppProcess } from '../stack/types';

const command = {
  call: 'npx taskfleet releases',
  about:
    'Lists the last five builds that served: version, commit, when each was built, and which workers run it. npx taskfleet rollback goes back to one of them.',
  options: {},
};

/** @returns the processes that run a build, for people: `API workers 0, 1; job worker` */
function describeServing(apps: AppProcess[], id: string): string {
  const running = apps.filter(({ release }) => buildOf(release) === id);
  const instances = running.filter(({ name }) => name === apiName).map(({ instance }) => instance);
  const jobWorkers = running.length - instances.length;
  const api = `API worker${instances.length === 1 ? '' : 's'} ${instances.sort((a, b) => a - b).join(', ')}`;
  const jobs = jobWorkers > 1 ? `${jobWorkers} job workers` : 'job worker';
  return [...(instances.length > 0 ? [api] : []), ...(jobWorkers > 0 ? [jobs] : [])].join('; ');
}

/** @returns the commit as git shortens it */
export const shortCommit = (commit: string) => commit.replace(/^([0-9a-f]{7})[0-9a-f]+/, '$1');

/** @returns lines of a table, of at most 80 columns unless many workers run */
export function tableOf(releases: Release[], apps: AppProcess[]): string[] {
  const rows = releases.map(({ id, version, commit, builtAt, isRolledBack }) => [
    id,
    version,
    shortCommit(commit),
    builtAt.slice(0, 16).replace('T', ' ') || 'unknown',
    describeServing(apps, id) || (isRolledBack ? 'no, rolled back' : 'no'),
  ]);
  const all = [['release', 'version', 'commit', 'built (UTC)', 'serves'], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

async function show() {
  const apps = await createLocalStack().apps();
  const releases = createReleases({ root, dir }).list();
  if (releases.length === 0) return console.log('No build has served here yet. npm start starts one.');
  console.log(tableOf(releases, apps).join('\n'));
  const kept = releases.map(({ id }) => id);
  const others = [...new Set(apps.map(({ release }) => buildOf(release)))].filter((id) => !kept.includes(id));
  for (const id of others) console.log(`${id}  is not kept; serves: ${describeServing(apps, id)}`);
}

export const run = (args: string[]) => runMain(args, command, show);
