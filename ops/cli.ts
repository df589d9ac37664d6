import { checkout } from './doctor/checkout';
import * as bench from './commands/bench';
import * as data from './commands/data';
import * as dev from './commands/dev';
import * as doctor from './commands/doctor';
import * as drill from './commands/drill';
import * as installService from './commands/install-service';
import * as reload from './commands/reload';
import * as scale from './commands/scale';
import * as start from './commands/start';
import * as stop from './commands/stop';
import * as supervise from './commands/supervise';
import * as test from './tests/test';

const commands: Record<string, { run: () => Promise<unknown> }> = {
  bench,
  dev,
  doctor,
  drill,
  'install-service': installService,
  reload,
  scale,
  start,
  stop,
  supervise,
  test,
};

export async function main({ arePackagesInstalled }: { arePackagesInstalled: boolean }) {
  checkout.arePackagesInstalled = arePackagesInstalled;
  const [name = ''] = process.argv.slice(2, 3);
  if (name in commands) process.argv.splice(2, 1);
  await (commands[name] ?? data).run();
}
