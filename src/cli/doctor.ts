import path from 'node:path';
import { flag } from '../command-line/arguments';
import { createRepositories } from '../compose/store';
import { dataDirOf } from '../config/config-file';
import { runChecks } from '../doctor/check';
import { checksOf } from '../doctor/checks';
import { judgeConfiguration } from '../doctor/judge-configuration';
import { readTimeOuts } from '../doctor/judge-time-outs';
import { printReport } from '../doctor/report';
import { runCommand } from './command';

const root = path.join(__dirname, '..', '..');

const command = {
  call: 'npx taskfleet doctor',
  about: `Checks this environment and its servers, and changes nothing. Each finding has its cure.
The exit status is 1 if there is an error, 2 for wrong arguments, and 0 for warnings alone.`,
  options: { json: flag('prints the findings as JSON') },
};

/** The doctor of a container; the one of a local stack (ops/commands/doctor.ts) makes the same checks and more. */
runCommand(command, async ({ values: { json } }) => {
  const { env } = process;
  const timeOuts = () => readTimeOuts(root, env.TASKFLEET_DIR || dataDirOf(root, env));
  const configuration = { group: 'Configuration', run: () => judgeConfiguration(env) };
  printReport(await runChecks([configuration, ...checksOf({ env, timeOuts, createRepositories })]), json);
});
