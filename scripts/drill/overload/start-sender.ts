import { fork } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import type { Order, Sent } from './protocol';

type Reply = { sent: Sent } | { error: string };

/** Ahead of what it measures, so that its own lateness is not taken for theirs. */
const PRIORITY = -5;

/** Starts the process that sends orders, one after the other. */
export function startSender(signal: AbortSignal) {
  const child = fork(path.join(__dirname, 'sender.ts'), {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
  });
  try {
    os.setPriority(child.pid!, PRIORITY);
  } catch {
    // Only root may raise it; the sender reports how late it was.
  }
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`The sender ended with ${code}.`);
  });
  gone.catch(() => {});

  return {
    /** @throws if the sender fails or `signal` is aborted */
    async send(order: Order): Promise<Sent> {
      signal.throwIfAborted();
      child.send(order);
      const [reply] = (await Promise.race([once(child, 'message', { signal }), gone])) as [Reply];
      if ('error' in reply) throw new Error(reply.error);
      return reply.sent;
    },
    /** Ends the process; it holds nothing that would be lost. */
    async stop(): Promise<void> {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
