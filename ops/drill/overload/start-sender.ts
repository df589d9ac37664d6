import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Order, Sent } from './protocol';

type Reply = { sent: Sent } | { error: string };

/**
 * Gives a process precedence over the stack that it measures, or its own lateness would look like that of the stack.
 * A nice value is not enough: by sched(7) it counts among the processes of one session only. Without root, or without
 * the chrt of util-linux, the process stays as it is, and reports how late it was.
 */
const putAhead = (pid: number): Promise<unknown> =>
  promisify(execFile)('chrt', ['--all-tasks', '--fifo', '--pid', '1', String(pid)]).catch(() => {});

/** Starts the process that sends one order after the other. */
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
    /** Kills the process, which holds nothing to save. */
    async stop(): Promise<void> {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
