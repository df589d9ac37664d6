import fs from 'node:fs';
import path from 'node:path';
import { alone, createLocalStack, dir, root } from '../local/local-stack';
import { packagesOf } from '../../src/cli/finish-build';
import { cores } from '../../src/process/cores';
import { buildDigestOf, hold, publish } from '../set-up/build';
import { apiName, describeCounts } from '../stack/app-names';
import { requireEcosystem } from '../stack/ecosystem';
import { buildOf } from '../../src/process/version';
import { createReleases, type Release } from '../stack/releases';
import { createProgress } from '../../tools/command/progress';
import { runMain } from '../../tools/command/run-main';
import type { Stack } from '../stack/types';
import { shortCommit } from './releases';

const command = {
  call: 'npx taskfleet rollback',
  about: `Goes back to an earlier build as a reload goes on to a new one: it boots on a spare port, and then the workers are replaced one after the other. Configuration and database stay as they are.
npm start leaves the older build in place until the sources change. npx taskfleet reload releases the sources of this folder again.`,
  options: {},
  operands: {
    '[RELEASE]':
      'a release or commit, or its beginning, or a version, as npx taskfleet releases shows them; by default the release before',
  },
};

const dist = path.join(root, 'dist');

type Progress = ReturnType<typeof createProgress>;

/** Says what the older build does not know: nothing is undone in the database. */
async function explainMigrations(stack: Stack, release: Release, progress: Progress) {
  const known = fs.readdirSync(path.join(release.folder, 'migrations'));
  const applied = await stack.appliedMigrations(stack.info().env);
  const unknown = applied.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const say = (text: string) => progress.line('database', text);
  say(`stays migrated by ${unknown.join(', ')}, which this build does not know`);
  say('the version before a migration can read and write what it left: docs/data.md');
}

async function rollBack(name: string | undefined) {
  const progress = createProgress();
  const stack = createLocalStack((text) => progress.line('rollback', text));
  const running = await stack.apps();
  const isRunning = running.some(({ name: app }) => app === apiName);
  const { env, release: served } = stack.info();
  const releases = createReleases({ root, dir });
  const current = isRunning ? buildOf(served) : buildDigestOf(dist);
  const release = releases.find(name, current);
  const { id, version, commit, folder, packages } = release;
  progress.line('rollback', `to ${id} (version ${version}, commit ${shortCommit(commit)})`);
  if (packages && packages !== packagesOf(root))
    progress.line('packages', 'package-lock.json has changed since: it runs with the packages of now');
  if (!isRunning) {
    await requireEcosystem(folder, { root, dir });
    publish(folder, dist);
    hold(root);
    releases.markRolledBack(current);
    return progress.line('rollback', 'nothing runs: npm start starts this build');
  }
  await explainMigrations(stack, release, progress);
  const apiWorkers = Number(env.API_WORKERS) || cores.count;
  await progress.step(
    'rollback',
    `trying the build, then ${describeCounts(running)}`,
    (tell) => stack.replaceApps({ build: folder, apiWorkers, env, isRollback: true, ...tell }),
    () => `${id} serves; npm start keeps it until the sources change`,
  );
}

export const run = (args: string[]) =>
  runMain(args, command, ({ positionals: [name] }) => alone(() => rollBack(name)));
