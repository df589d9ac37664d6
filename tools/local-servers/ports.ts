import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import { runCommand, UserError } from '../command/run-command';

export const hasIpv6 = Object.values(os.networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);
const hosts = hasIpv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1'];

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Browsers and Node's fetch refuse to ask these (https://fetch.spec.whatwg.org/#port-blocking): no server of ours could be asked. */
const refusedByFetch = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
  10080,
]);

/** @param addresses default: loopback */
export async function isFree(port: number, addresses = hosts): Promise<boolean> {
  if (refusedByFetch.has(port)) return false;
  const answers = await Promise.all(addresses.map((host) => canListen(port, host)));
  return answers.every(Boolean);
}

/**
 * The first free block of `size` ports at or after `from`.
 *
 * @param options also: returns further ports that must be free for a block that begins there
 */
export async function findFree(
  from: number,
  {
    size = 1,
    step = size,
    taken = new Set<number>(),
    also = () => [],
  }: { size?: number; step?: number; taken?: Set<number>; also?: (first: number) => number[] } = {},
) {
  for (let first = from; first < from + 200 * step; first += step) {
    const block = Array.from({ length: size }, (_, i) => first + i);
    if (block.some((port) => taken.has(port))) continue;
    const free = await Promise.all([...block, ...also(first)].map((port) => isFree(port)));
    if (free.every(Boolean)) return first;
  }
  throw new UserError(
    `No ${size === 1 ? 'free port' : `block of ${size} free ports`} found from ${from} on.`,
  );
}

/** Sockets that listen on a port, from /proc/net. */
function listeningInodes(port: number) {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  const inodes = new Set();
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    let text: string;
    try {
      text = fs.readFileSync(file, 'utf8');
    } catch {
      continue;
    }
    for (const line of text.split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[3] === '0A' && fields[1]?.endsWith(`:${wanted}`)) inodes.add(`socket:[${fields[9]}]`);
    }
  }
  return inodes;
}

/** Finds the process that listens on a port, as far as this user may see it. */
async function findHolder(port: number): Promise<{ pid: number; command: string } | undefined> {
  if (process.platform !== 'linux') {
    const { stdout } = await runCommand('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], {
      timeoutMs: 5_000,
    });
    const [, pid, command = ''] = /^p(\d+)\nc(.*)$/m.exec(stdout) ?? [];
    return pid ? { pid: Number(pid), command } : undefined;
  }
  const inodes = listeningInodes(port);
  if (inodes.size === 0) return undefined;
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const held = fs.readdirSync(`/proc/${pid}/fd`).some((fd) => {
        try {
          return inodes.has(fs.readlinkSync(`/proc/${pid}/fd/${fd}`));
        } catch {
          return false;
        }
      });
      if (!held) continue;
      const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      return { pid: Number(pid), command };
    } catch {
      // Another user's process, or one that just ended.
    }
  }
  return undefined;
}

/** The words of a command that fit, without the folder of the program; the first is never cut. */
function briefly(command: string): string {
  const [first = '', ...rest] = command.split(/\s+/);
  return rest.reduce(
    (text, word) =>
      text.endsWith('…') ? text : text.length + word.length < 40 ? `${text} ${word}` : `${text} …`,
    first.replace(/^.*\//, ''),
  );
}

/** @returns for a person to read */
export async function describeHolder(port: number): Promise<string> {
  const holder = await findHolder(port);
  return holder ? `process ${holder.pid} (${briefly(holder.command)})` : 'a process of another user';
}
