import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from '../src/cli/command';
import { breakingChanges, type Contract } from './breaking-changes';
import { addedOperations, withRelease } from './changelog';
import { isRaisedBy, neededStep } from './version-step';

const RELEASED = path.join(__dirname, 'released.json');
const CHANGELOG = path.join(__dirname, '..', 'CHANGELOG.md');

const command = {
  call: 'npm run contract:release',
  about:
    'Makes contract/openapi.json the released contract, which later changes must not break, and gives CHANGELOG.md a section for it. API_VERSION in src/process/version.ts has to say how much has changed.',
  options: {},
};

runCommand(command, async () => {
  // Loads the whole API, which the usage and wrong arguments do not need.
  const [{ apiDocument }, { generatedFiles }] = await Promise.all([
    import('./document.js'),
    import('./generated-files.js'),
  ]);
  const released = JSON.parse(await readFile(RELEASED, 'utf8')) as Contract;
  const now = apiDocument as unknown as Contract;
  const step = neededStep(released, now);
  if (!step) return console.log(`${released.info.version} is released already: nothing has changed.`);
  if (!isRaisedBy(step, released.info.version, now.info.version)) {
    process.exitCode = 1;
    return console.error(
      `What changed since ${released.info.version} needs a new ${step} version, and this is ${now.info.version}: raise API_VERSION in src/process/version.ts.`,
    );
  }
  const changelog = withRelease(await readFile(CHANGELOG, 'utf8'), {
    version: now.info.version,
    date: new Date().toISOString().slice(0, 10),
    added: addedOperations(released, now),
    breaking: breakingChanges(released, now),
  });
  await writeFile(CHANGELOG, changelog);
  await writeFile(RELEASED, (await generatedFiles())['contract/openapi.json']!);
  console.log(`${now.info.version} is released; see CHANGELOG.md.`);
});
