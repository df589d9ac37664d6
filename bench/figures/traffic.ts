import { spawnSync } from 'node:child_process';
import type { Traffic, TrafficUse } from '../store/result-types';

interface Socket {
  port: number;
  inBytes: number;
  outBytes: number;
}

const LIMIT_MS = 5_000;

/**
 * Starts to count the bytes on the connections that these servers of this host have accepted. The kernel counts them for
 * each socket, so it costs the servers nothing. What a connection carried that ended since is missing.
 * @param ports by name of the server
 * @returns a function that returns bytes per second since then; `undefined` without `ss` (iproute2)
 */
export function countTraffic(ports: Record<string, number>): () => TrafficUse | undefined {
  const [before, began] = [readSockets(), performance.now()];
  if (!before) return () => undefined;
  return () => {
    const [after, seconds] = [readSockets(), (performance.now() - began) / 1_000];
    if (!after) return undefined;
    const use = Object.entries(ports).map(([name, port]) => {
      const traffic: Traffic = { inBytes: 0, outBytes: 0, connections: 0 };
      for (const [key, socket] of after) {
        if (socket.port !== port) continue;
        const known = before.get(key);
        traffic.inBytes += (socket.inBytes - (known?.inBytes ?? 0)) / seconds;
        traffic.outBytes += (socket.outBytes - (known?.outBytes ?? 0)) / seconds;
        traffic.connections += 1;
      }
      return [name, traffic] as const;
    });
    return Object.fromEntries(use);
  };
}

/** Returns the traffic of a request. */
export function trafficPerRequest(use: TrafficUse | undefined, perSecond: number): TrafficUse | undefined {
  if (!use || perSecond === 0) return undefined;
  const each = Object.entries(use).map(
    ([name, { inBytes, outBytes, connections }]) =>
      [name, { inBytes: inBytes / perSecond, outBytes: outBytes / perSecond, connections }] as const,
  );
  return Object.fromEntries(each);
}

function readSockets(): Map<string, Socket> | undefined {
  const { status, stdout } = spawnSync('ss', ['-Htin', 'state', 'established'], {
    encoding: 'utf8',
    timeout: LIMIT_MS,
    maxBuffer: 64e6,
  });
  return status === 0 ? parseSockets(stdout) : undefined;
}

/** Parses two lines a socket: its queues and addresses, then its counters, of which those that are 0 are left out. */
export function parseSockets(text: string): Map<string, Socket> {
  const sockets = new Map<string, Socket>();
  for (const [, local = '', peer = '', counters = ''] of text.matchAll(
    /^\d+ +\d+ +(\S+) +(\S+) *\n\s+(.*)$/gm,
  )) {
    const count = (name: string) => Number(new RegExp(`\\b${name}:(\\d+)`).exec(counters)?.[1] ?? 0);
    sockets.set(`${local} ${peer}`, {
      port: Number(local.slice(local.lastIndexOf(':') + 1)),
      inBytes: count('bytes_received'),
      outBytes: count('bytes_acked'),
    });
  }
  return sockets;
}
