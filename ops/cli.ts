import { dataEntries } from '../src/command-line/commands';
import { describeFailure } from '../src/command-line/convention';
import { runProgram, type Entry } from '../src/command-line/program';
import * as bench from './commands/bench';
import { runData } from './commands/data';
import * as dev from './commands/dev';
import * as doctor from './commands/doctor';
import * as drill from './commands/drill';
import * as installService from './commands/install-service';
import * as reload from './commands/reload';
import * as scale from './commands/scale';
import * as start from './commands/start';
import * as stop from './commands/stop';
import * as supervise from './commands/supervise';
import { checkout } from './doctor/checkout';
import * as test from './tests/test';

const entry = (
  group: string,
  name: string,
  summary: string,
  { run }: { run: (args: string[]) => unknown },
): Entry => ({ name, group, summary, run });

const [local, operations, development] = ['Local stack', 'Operations', 'Development'] as const;

const entries: Entry[] = [
  entry(local, 'start', 'start the servers, the workers and NGINX', start),
  entry(local, 'stop', 'stop them; the data stays', stop),
  entry(local, 'reload', 'replace the workers by a new build, one by one', reload),
  entry(local, 'scale', 'show or change the number of API workers', scale),
  entry(local, 'supervise', 'run the stack in the foreground and repair it', supervise),
  entry(local, 'install-service', 'write a systemd unit for it', installService),
  entry(operations, 'doctor', 'check everything and name the cure of each fault', doctor),
  entry(operations, 'drill', 'kill, reload, scale and overload a stack of its own', drill),
  ...dataEntries.map((data) => ({ ...data, run: runData(data.name) })),
  entry(development, 'dev', 'run the sources and restart on each change', dev),
  entry(development, 'test', 'run the checks and the tests', test),
  entry(development, 'bench', 'measure one worker against the cluster', bench),
];

/** Runs `taskfleet` with these arguments. @param arePackagesInstalled whether they are those of package-lock.json */
export async function main(args: string[], arePackagesInstalled: boolean): Promise<void> {
  checkout.arePackagesInstalled = arePackagesInstalled;
  try {
    await runProgram(entries, args);
  } catch (error) {
    const { text, status } = describeFailure(error, 'npx taskfleet --help lists the commands.');
    console.error(text ?? error);
    process.exit(status);
  }
}
