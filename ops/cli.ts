import { createRequire } from 'node:module';
import { dataEntries } from '../src/command-line/commands';
import { describeFailure } from '../src/command-line/convention';
import { runProgram, type Entry } from '../src/command-line/program';
import { loadConfiguration } from './config/load';
import { checkout } from './doctor/checkout';

const load = createRequire(__filename);

/** They run stacks of their own, which no configuration of this one may reach. */
const separate = ['test', 'bench', 'drill'];

/** Adds the configuration file to the environment, before the modules of the command read it. */
function configure(name: string, args: string[]) {
  const asksForHelp = args.some((arg) => arg === '--help' || arg === '-h');
  if (!asksForHelp && ![...separate, 'config'].includes(name)) loadConfiguration();
}

/** Loads the file of a command only when it runs: all of them together take longer than most commands. */
const entry = (group: string, name: string, summary: string, file = `./commands/${name}.ts`): Entry => ({
  name,
  group,
  summary,
  run(args) {
    configure(name, args);
    return (load(file) as { run: (args: string[]) => unknown }).run(args);
  },
});

const [local, operations, development] = ['Local stack', 'Operations', 'Development'] as const;

const entries: Entry[] = [
  entry(local, 'start', 'start the servers, the workers and NGINX'),
  entry(local, 'stop', 'stop them; the data stays'),
  entry(local, 'reload', 'replace the workers by a new build, one by one'),
  entry(local, 'scale', 'show or change the number of API workers'),
  entry(local, 'config', 'show or change the configuration that stays'),
  entry(local, 'supervise', 'run the stack in the foreground and repair it'),
  entry(local, 'install-service', 'write a systemd unit for it'),
  entry(operations, 'releases', 'list the builds that can serve again'),
  entry(operations, 'rollback', 'replace the workers by an earlier build'),
  entry(operations, 'doctor', 'check everything and name the cure of each fault'),
  entry(operations, 'secrets', 'replace the key of the tokens or a password while it serves'),
  entry(operations, 'drill', 'kill, reload, scale and overload a stack of its own'),
  ...dataEntries.map((data): Entry => ({
    ...data,
    run(args) {
      configure(data.name, args);
      return (load('./commands/data.ts') as typeof import('./commands/data')).runData(data.name)(args);
    },
  })),
  entry(development, 'dev', 'run the sources and restart on each change'),
  entry(development, 'test', 'run the checks and the tests', './tests/test.ts'),
  entry(development, 'bench', 'measure one worker against the cluster'),
];

/** Runs `taskfleet` with these arguments. @param arePackagesInstalled whether they are those of package-lock.json */
export async function main(args: string[], arePackagesInstalled: boolean): Promise<void> {
  checkout.arePackagesInstalled = arePackagesInstalled;
  try {
    await runProgram(entries, args, 'npx taskfleet');
  } catch (error) {
    const { text, status } = describeFailure(error, 'npx taskfleet --help lists the commands.');
    console.error(text ?? error);
    process.exit(status);
  }
}
