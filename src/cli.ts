#!/usr/bin/env node
import path from 'node:path';
import { createRequire } from 'node:module';
import { dataEntries } from './command-line/commands';
import { describeFailure } from './command-line/convention';
import { runProgram, type Entry } from './command-line/program';

/** Loads the command, which reads the arguments of this process. `createRequire` keeps `#` and `%` in a path. */
const load = (name: string) => (args: string[]) => {
  process.argv.splice(2, process.argv.length, ...args);
  createRequire(__filename)(path.join(__dirname, 'cli', `${name}.js`));
};

/** The commands of a container: those of `npx taskfleet` that need no local stack. */
const entries: Entry[] = [
  ...dataEntries.map((entry) => ({ ...entry, run: load(entry.name) })),
  {
    name: 'doctor',
    group: 'Operations',
    summary: 'check this environment and its servers, and name the cure of each fault',
    run: load('doctor'),
  },
];

runProgram(entries, process.argv.slice(2)).catch((error: unknown) => {
  const { text, status } = describeFailure(error, 'taskfleet --help lists the commands.');
  console.error(text ?? error);
  process.exit(status);
});
