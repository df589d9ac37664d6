import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { offsetOf } from '../../../tools/local-servers/choose-ports';
import { dir } from '../own-stack';

const offset = offsetOf(dir);
/** Drills of two clones may run at once. */
const space = `taskfleet-${offset}-compose`;
const link = `tfc${offset}`;
const prefix = `10.213.${80 + (offset % 100)}`;
/** Address of the engine's namespace, at which containers are published. */
const ENGINE = `${prefix}.2`;
/** Address of this machine as the containers see it. */
export const CLIENT = `${prefix}.1`;

const run = (command: string, args: string[]) =>
  execFileSync(command, args, { stdio: 'pipe', timeout: 10_000 });
const ip = (...args: string[]) => run('ip', args);

/** Makes a namespace for an engine, whose bridges and rules then leave the machine's own alone. */
export function makeNetwork(): void {
  ip('netns', 'add', space);
  ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space);
  ip('addr', 'add', `${CLIENT}/24`, 'dev', link);
  ip('link', 'set', link, 'up');
  ip('-n', space, 'addr', 'add', `${ENGINE}/24`, 'dev', 'eth0');
  for (const device of ['lo', 'eth0']) ip('-n', space, 'link', 'set', device, 'up');
  // The engine of containers looks for a way out when it makes their networks.
  ip('-n', space, 'route', 'add', 'default', 'via', CLIENT);
}

export function removeNetwork(): void {
  // The link ends with the namespace.
  if (fs.existsSync(path.join('/run/netns', space))) ip('netns', 'del', space);
}

/** Arguments of `nsenter` that run a program there. `ip netns exec` would mount /sys anew and hide the control groups. */
export const inside = (program: string[]): string[] => [
  `--net=${path.join('/run/netns', space)}`,
  ...program,
];

/** Passes on what comes to a port of loopback, the only address that load is sent to. @returns its URL, and its end */
export async function openRelay(port: number): Promise<{ url: string; close: () => void }> {
  const relay = net.createServer({ noDelay: true }, (client) => {
    const server = net.connect({ port, host: ENGINE, noDelay: true });
    for (const end of [client, server])
      end.on('error', () => {}).once('close', () => [client, server].forEach((one) => one.destroy()));
    client.pipe(server).pipe(client);
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(relay.address() as AddressInfo).port}`, close: () => relay.close() };
}
