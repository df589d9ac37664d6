import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Order, Sent } from './protocol';

type Reply = { sent: Sent } | { error: string };

/**
 * Puts a process ahead of what it measures, as if it ran elsewhere: its own lateness would be taken for theirs. A nice
 * value is not enough: by sched(7) it counts among the processes of one session only. Without root, or without the
 * chrt of util-linux, the process stays as it is, and reports how late it was.
 */
const putAhead = (pid: number): Promise<unknown> =>
  promisify(execFile)('chrt', ['--all-tasks', '--fifo', '--pid', '1', String(pid)]).catch(() => {});

/** Starts the process that sends orders, one after the other. */
export function startSender(signal: AbortSignal) {
  const child = fork(path.join(__dirname, 'sender.ts'), {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
  });
  const isAhead = putAhead(child.pid!);
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`The sender ended with ${code}.`);
  });
  gone.catch(() => {});

  return {
    /** @throws if the sender fails or `signal` is aborted */
    async send(order: Order): Promise<Sent> {
      await isAhead;
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
