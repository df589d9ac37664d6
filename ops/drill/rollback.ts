import path from 'node:path';
import { messageOf } from '../../src/lib/error-code';
import { p99 } from '../../src/lib/percentile';
import type { Progress } from '../../tools/command/progress';
import { buildOf } from '../../src/process/version';
import { createReleases } from '../stack/releases';
import { buildWith } from './broken-builds';
import { calm, describeFailures, faultOf, prepareLoad, startLoad } from './load';
import { withOwnStack } from './own-stack';

const connections = 48;
const apiWorkers = 2;
const warmUpMs = 5_000;

/** Rolls back and reloads the configuration alone under load. @returns the promises that did not hold */
export const drillRollback = (progress: Progress) =>
  withOwnStack(progress, { apiWorkers, ownBuild: true }, async ({ stack, root, faults, ...account }) => {
    const load = startLoad({ url: account.url, connections, ...(await prepareLoad(account)) });
    const releases = createReleases({ root, dir: stack.info().dir });
    const serving = () => buildOf(stack.info().release);
    const first = serving();
    const next = buildWith(path.join(root, 'dist'), path.join(root, 'builds', 'next'), '// The next build.');

    /** @param isRight judges the build that serves afterwards, and how many are kept */
    async function phase(
      name: string,
      options: { build: string; env?: Record<string, string>; isRollback?: boolean },
      isRight: (build: string, kept: number) => boolean,
    ) {
      load.take();
      const began = Date.now();
      const env = { ...stack.info().env, ...options.env };
      await progress.step('load', name, (tell) =>
        stack.replaceApps({ ...options, ...tell, apiWorkers, env }),
      );
      // Requests that are under way belong to the change.
      await calm(1_000);
      const taken = load.take();
      const seconds = ((Date.now() - began) / 1_000).toFixed(0);
      const apps = await stack.apps();
      const builds = [...new Set(apps.map(({ release }) => buildOf(release)))];
      const kept = releases.list().length;
      console.log(
        `${name.padEnd(32)}${seconds.padStart(3)} s, ${describeFailures(taken)}, p99 ${p99(taken.times).toFixed(0)} ms`,
      );
      const fault = faultOf(taken);
      if (fault) faults.push(`${name}: ${fault}`);
      if (builds.length !== 1 || !isRight(builds[0]!, kept))
        faults.push(`${name}: ${builds.join(', ')} serves, and ${kept} builds are kept`);
    }

    try {
      await progress.step('load', `${connections} connections, half of them POST /tasks`, () =>
        calm(warmUpMs),
      );
      const dist = path.join(root, 'dist');
      await phase(
        'a reload of another build',
        { build: next },
        (build, kept) => build !== first && kept === 2,
      );
      const { folder } = releases.find(undefined, serving());
      await phase(
        'a rollback',
        { build: folder, isRollback: true },
        (build, kept) => build === first && kept === 2,
      );
      await phase(
        'a reload of the configuration',
        { build: dist, env: { LOG_LEVEL: 'error' } },
        (build, kept) => build === first && kept === 2,
      );
    } catch (error) {
      faults.push(messageOf(error));
    } finally {
      await load.stop();
    }
  });
