import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askAll, askProcess } from '../control/control-client';
import { listLiving } from '../control/control-folder';
import type { Settled } from '../jobs/dead-letters';
import { ConflictError, NotFoundError, UnavailableError } from '../problems/errors';

const LOCK_MS = 5_000;
/** Longer than a worker waits for requests under way when it drains. */
const DRAIN_MS = 20_000;
/** Enough for a thousand letters, each with its job. */
const LETTERS_MS = 30_000;

export type Fleet = ReturnType<typeof createFleet>;

/** The workers of this host, reached by their control sockets in `folder`. */
export function createFleet(folder: string) {
  /** Lists the API workers that answer. During a reload a name occurs twice: the older process comes first. */
  async function workers() {
    const all = await askAll(folder, 'GET /status');
    return all
      .flatMap(({ answer, ...socket }) => (answer.kind === 'api' ? [{ ...socket, answer }] : []))
      .sort((a, b) => a.answer.port - b.answer.port || a.answer.startedAt - b.answer.startedAt);
  }

  /** Prevents that two Admins at once each drain the other's last worker. */
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
        if (Date.now() > giveUp)
          throw new UnavailableError('Another drain is under way. The request had no effect.');
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
    if (!worker) throw new NotFoundError(`There is no worker ${name} on this host.`);
    return { worker, all };
  }

  return {
    workers,

    /** Names the API workers that run but are not in `answered`: they are too busy, starting or stopping. */
    silent(answered: { file: string }[]): string[] {
      const files = new Set(answered.map(({ file }) => file));
      return listLiving(folder)
        .filter(({ name, file }) => name.startsWith('api-') && !files.has(file))
        .map(({ name }) => name);
    },

    /**
     * Counts the messages in RabbitMQ by asking the job workers of this host, since the API has no connection to it.
     * AMQP reports only ready messages: the unacknowledged ones are those that the job workers hold.
     * @returns null if no job worker can reach RabbitMQ
     */
    async messages() {
      const queues = (await askAll(folder, 'GET /queue')).map(({ answer }) => answer);
      const depth = queues.find((queue) => queue.depth)?.depth;
      if (!depth) return null;
      const unacknowledged = queues.reduce((sum, queue) => sum + queue.unacknowledged, 0);
      return { ready: depth.ready, deadLetters: depth.deadLetters, unacknowledged };
    },

    /** Has a job worker of this host settle the dead letters. */
    async settleDeadLetters(how: 'retry' | 'discard'): Promise<Settled> {
      let reason = 'no job worker runs on this host';
      for (const worker of listLiving(folder).filter(({ name }) => name.startsWith('worker-'))) {
        try {
          return await askProcess(worker, `POST /dead-letters/${how}`, { timeoutMs: LETTERS_MS });
        } catch (error) {
          reason = (error as Error).message;
        }
      }
      throw new UnavailableError(`RabbitMQ could not be asked: ${reason}. See npm run dead-letters.`);
    },

    /** Resolves when the drain has begun: the worker refuses new requests, and NGINX uses the others. */
    drain: (name: string): Promise<void> =>
      oneAtATime(async () => {
        const { worker, all } = await newest(name);
        // A worker that stepped aside is draining as well, but would return by itself.
        if (worker.answer.draining && !worker.answer.asideSince) return;
        if (!all.some((other) => other.name !== name && other.answer.serving))
          throw new ConflictError(
            `${name} is the last worker that serves: without it no request is answered.`,
          );
        const drained = askProcess(worker, 'POST /drain', { timeoutMs: DRAIN_MS });
        drained.catch(() => {});
        for (let tries = 0; tries < 20; tries++) {
          const status = await askProcess(worker, 'GET /status').catch(() => undefined);
          if (status?.kind === 'api' && status.draining) return;
          await sleep(50);
        }
        throw new UnavailableError(`${name} did not begin to drain: it may be busy or gone. See its log.`);
      }),

    async resume(name: string): Promise<void> {
      const { worker } = await newest(name);
      await askProcess(worker, 'POST /resume', { timeoutMs: DRAIN_MS }).catch((error: Error) => {
        throw new UnavailableError(`${name} could not be resumed: ${error.message}`);
      });
    },
  };
}
