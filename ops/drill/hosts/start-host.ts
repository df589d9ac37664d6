/** `start-host.ts OPTIONS` starts the workers of a host, in whose network namespace it runs. */
import { messageOf } from '../../../src/lib/error-code';
import { openHost, WORKERS, type HostOptions } from './fleet';

async function main(options: HostOptions): Promise<void> {
  const stack = openHost(options);
  await stack.startServers();
  await stack.startApps({ apiWorkers: WORKERS, env: options.env });
}

main(JSON.parse(process.argv[2]!) as HostOptions).catch((error: unknown) => {
  console.error(messageOf(error));
  process.exit(1);
});
