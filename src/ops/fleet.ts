import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiStatus } from '../control/api-control';
import { askAll, askProcess } from '../control/control-client';
import { listLiving } from '../control/control-folder';
import type { QueueStatus } from '../control/worker-control';
import type { Settled } from '../jobs/dead-letters';
import { ConflictError, NotFoundError, UnavailableError } from '../problems/errors';

const LOCK_MS = 5_000;
/** How long a drain itself may take: as long as the worker gives requests under way. */
const DRAIN_MS = 20_000;
/** A thousand letters, each with its job. */
const LETTERS_MS = 30_000;

export type Fleet = ReturnType<typeof createFleet>;

/** The API workers of this machine, by their control sockets. */
export function createFleet(folder: string) {
  /** Of a reload there are two of a name: the old one first. */
  async function workers() {
    const all = await askAll<ApiStatus>(folder, '/status');
    return all
      .filter(({ answer }) => answer.kind === 'api')
      .sort((a, b) => a.answer.port - b.answer.port || a.answer.startedAt - b.answer.startedAt);
  }

  /** Two Admins at once must not each leave the other's worker as the last one. */
  async function oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    const file = path.join(folder, 'drain.lock');
    const giveUp = Date.now() + LOCK_MS;
    for (;;) {
      try {
        closeSync(openSync(file, 'wx'));
        break;
      } catch {
        const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
        if (age > 2 * LOCK_MS) rmSync(file, { force: true });
        if (Date.now() > giveUp) throw new UnavailableError('Another drain is under way; nothing was done.');
        await sleep(50);
      }
    }
    try {
      return await work();
    } finally {
      rmSync(file, { force: true });
    }
  }

  async function newest(name: string) {
    const all = await workers();
    const worker = all.filter((one) => one.name === name).at(-1);
    if (!worker) throw new NotFoundError(`There is no worker ${name} on this machine.`);
    return { worker, all };
  }

  return {
    workers,

    /** Names the API workers that run but are not among those that answered: too busy, or about to begin or end. */
    silent(answered: { file: string }[]): string[] {
      const files = new Set(answered.map(({ file }) => file));
      return listLiving(folder)
        .filter(({ name, file }) => name.startsWith('api-') && !files.has(file))
        .map(({ name }) => name);
    },

    /**
     * RabbitMQ's messages, as the job workers of this machine tell: the API doesn't speak to RabbitMQ, which in turn
     * tells by AMQP only what is ready, so what is unacknowledged is what they have. Null where none can ask it.
     */
    async messages() {
      const told = (await askAll<QueueStatus>(folder, '/queue')).map(({ answer }) => answer);
      const depth = told.find((one) => one.depth)?.depth;
      if (!depth) return null;
      const { ready, deadLetters } = depth;
      return { ready, deadLetters, unacknowledged: told.reduce((sum, one) => sum + one.unacknowledged, 0) };
    },

    /** By one of the job workers of this machine, for the same reason. */
    async settleDeadLetters(how: 'retry' | 'discard'): Promise<Settled> {
      let reason = 'no job worker of this machine is there';
      for (const worker of listLiving(folder).filter(({ name }) => name.startsWith('worker-'))) {
        try {
          return await askProcess(worker, 'POST', `/dead-letters/${how}`, { timeoutMs: LETTERS_MS });
        } catch (error) {
          reason = (error as Error).message;
        }
      }
      throw new UnavailableError(`RabbitMQ could not be asked: ${reason}. See npm run dead-letters.`);
    },

    /** Resolves once it began: the worker then refuses what is new, and NGINX asks the others. */
    drain: (name: string): Promise<void> =>
      oneAtATime(async () => {
        const { worker, all } = await newest(name);
        // One that stepped aside would come back by itself.
        if (worker.answer.draining && !worker.answer.asideSince) return;
        if (!all.some((other) => other.name !== name && other.answer.serving))
          throw new ConflictError(`${name} is the last worker that serves: nobody would answer.`);
        const drained = askProcess(worker, 'POST', '/drain', { timeoutMs: DRAIN_MS });
        drained.catch(() => {});
        for (let tries = 0; tries < 20; tries++) {
          const status = await askProcess<ApiStatus>(worker, 'GET', '/status').catch(() => undefined);
          if (status?.draining) return;
          await sleep(50);
        }
        throw new UnavailableError(`${name} didn't begin to drain: it may be busy or gone. Look at its log.`);
      }),

    async resume(name: string): Promise<void> {
      const { worker } = await newest(name);
      await askProcess(worker, 'POST', '/resume', { timeoutMs: DRAIN_MS }).catch((error: Error) => {
        throw new UnavailableError(`It could not be resumed: ${error.message}`);
      });
    },
  };
}
