import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { flag } from '../src/command-line/arguments';
import { runCommand } from '../src/cli/command';

const command = {
  call: 'npm run generate --',
  about: 'Writes the files that are made from declarations, routes and variables.',
  options: {
    check: flag(
      'writes nothing; it lists the files that are out of date, and its exit status is 1 if there are any',
    ),
  },
};

runCommand(command, async ({ values: { check: isCheck } }) => {
  // Loads the whole API, which the usage and wrong arguments do not need.
  const { generatedFiles } = await import('./generated-files.js');
  for (const [file, content] of Object.entries(await generatedFiles())) {
    const kept = await readFile(file, 'utf8').catch(() => '');
    if (kept === content) continue;
    if (isCheck) {
      process.exitCode = 1;
      console.error(`${file} is out of date: run \`npm run generate\``);
      continue;
    }
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
    console.log(`wrote ${file}`);
  }
});
