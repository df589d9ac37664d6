import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RawAnswer, RawOrder } from './protocol';

interface RawServersOptions {
  kind: 'node-http' | 'express';
  ports: number[];
  answers: RawAnswer[];
  signal: AbortSignal;
}

const START_TIMEOUT_MS = 20_000;

/** Starts one server per port of the stopped API workers: NGINX sees no difference. */
export async function startRawServers({ kind, ports, answers, signal }: RawServersOptions) {
  const children: ChildProcess[] = [];

  async function start(port: number): Promise<void> {
    const env = { ...process.env, NODE_ENV: 'production' };
    const child = fork(path.join(__dirname, `${kind}.ts`), { env });
    children.push(child);
    const order: RawOrder = { port, answers };
    child.send(order);
    const failed = once(child, 'exit').then(([code]) => {
      throw new Error(`the raw server on port ${port} ended with ${code}`);
    });
    failed.catch(() => {});
    const listening = new AbortController();
    const waiting = { signal: AbortSignal.any([signal, listening.signal]) };
    const timeout = pause(START_TIMEOUT_MS, undefined, waiting).then(() => {
      throw new Error(`the raw server on port ${port} did not listen`);
    });
    await Promise.race([once(child, 'message'), failed, timeout]).finally(() => listening.abort());
  }

  /** Kills the servers: they hold nothing that could be lost. */
  async function stop(): Promise<void> {
    const running = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    await Promise.all(
      running.map(async (child) => {
        const ended = once(child, 'exit');
        child.kill('SIGKILL');
        await ended;
      }),
    );
  }

  try {
    await Promise.all(ports.map(start));
  } catch (error) {
    await stop();
    throw error;
  }
  return { pids: children.flatMap(({ pid }) => pid ?? []), stop };
}
