import { localChecks } from '../doctor/local-checks';
import { createLocalStack, root } from '../local/local-stack';
import { flag } from '../../src/command-line/arguments';
import { runChecks } from '../../src/doctor/check';
import { printReport } from '../../src/doctor/report';
import { runMain } from '../../tools/command/run-main';

const command = {
  call: 'npx taskfleet doctor',
  about: `Checks everything that the stack consists of, and changes nothing. Each finding has its cure.
The exit status is 1 if there is an error, 2 for wrong arguments, and 0 for warnings alone.`,
  options: { json: flag('prints the findings as JSON') },
};

export const run = (args: string[]) =>
  runMain(args, command, async ({ values: { json } }) => {
    printReport(await runChecks(await localChecks(createLocalStack(), root)), json);
  });
