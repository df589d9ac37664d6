import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askAll, askProcess } from '../control/control-client';
import { isWorker, listLiving, type ControlSocket } from '../control/control-folder';
import { refuseDrainedHost } from '../control/process-status';
import type { AutoscaleStatus, JobWorkerStatus } from '../control/protocol';
import type { Settled } from '../jobs/dead-letters';
import { timeLimits } from '../config/time-limits';
import { ConflictError, NotFoundError, OutcomeUnknownError, UnavailableError } from '../problems/errors';

/** Longer than a drain under the lock takes, with the look at other hosts. */
const LOCK_MS = 8_000;
/** Longer than a drain takes, which no request waits for. */
const DRAIN_MS = 20_000;
/** How long a drain may take to begin. */
const BEGIN_MS = 1_000;
const BEGIN_EVERY_MS = 50;
/** Other hosts see at most so many job workers of this host. */
const MOST_JOB_WORKERS = 20;

type Answered = Awaited<ReturnType<typeof askAll<'GET /status'>>>;

const apiWorkersOf = (all: Answered) =>
  all
    .flatMap(({ answer, ...socket }) => (answer.kind === 'api' ? [{ ...socket, answer }] : []))
    .sort((a, b) => a.answer.port - b.answer.port || a.answer.startedAt - b.answer.startedAt);

export type Fleet = ReturnType<typeof createFleet>;

interface FleetOptions {
  /** Time limit of what the workers do. */
  answerMs?: number;
  /** Runs `work` if a worker of another host serves. @returns why not otherwise */
  whileOthersServe?: (work: () => Promise<void>) => Promise<string | undefined>;
}

const noOthers = async () => 'without it no request is answered.';

/** The workers of this host, reached by their control sockets in `folder`. */
export function createFleet(
  folder: string,
  { answerMs = timeLimits.operatorMs, whileOthersServe = noOthers }: FleetOptions = {},
) {
  /** Lists the API workers that answer. During a reload a name occurs twice: the older process comes first. */
  async function workers() {
    return apiWorkersOf(await askAll(folder, 'GET /status'));
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

  async function beginDrain(worker: ControlSocket): Promise<void> {
    const drained = askProcess(worker, 'POST /drain', { timeoutMs: DRAIN_MS });
    drained.catch(() => {});
    for (const giveUp = Date.now() + BEGIN_MS; Date.now() < giveUp; await sleep(BEGIN_EVERY_MS)) {
      const status = await askProcess(worker, 'GET /status').catch(() => undefined);
      if (status?.kind === 'api' && status.draining) return;
    }
    throw new OutcomeUnknownError(
      `${worker.name} did not begin to drain within ${BEGIN_MS / 1_000} s, and may do so yet: it is busy or gone. See its log.`,
    );
  }

  const tooLong = (name: string, what: string) =>
    new OutcomeUnknownError(
      `${name} still ${what} after ${answerMs / 1_000} s and goes on by itself: look at the live page again.`,
    );

  return {
    /**
     * Lists the processes of this host that answer. `silent` are the names of those that run and do not: they are too
     * busy, starting or stopping.
     */
    async processes() {
      const all = await askAll(folder, 'GET /status');
      const files = new Set(all.map(({ file }) => file));
      return {
        workers: apiWorkersOf(all).map(({ answer }) => answer),
        jobWorkers: all.flatMap(({ answer }) => (answer.kind === 'worker' ? [answer] : [])),
        silent: listLiving(folder)
          .filter((socket) => isWorker(socket) && !files.has(socket.file))
          .map(({ name }) => name),
      };
    },

    /**
     * Lists the job workers of this host for one of its API workers, `pid`, and for the others none: job workers have
     * no connection to Redis, so the first API worker that answers publishes for them.
     */
    async jobWorkersFor(pid: number): Promise<JobWorkerStatus[]> {
      const living = listLiving(folder);
      const before = living.filter((socket) => socket.name.startsWith('api-') && socket.pid < pid);
      const answers = before.map((socket) => askProcess(socket, 'GET /status').then(() => true));
      // The others go on as soon as one answers; one that hangs is waited for.
      if (await Promise.any(answers).catch(() => false)) return [];
      const asked = living
        .filter(({ name }) => name.startsWith('worker-'))
        .slice(0, MOST_JOB_WORKERS)
        .map((socket) => askProcess(socket, 'GET /status').catch(() => undefined));
      return (await Promise.all(asked)).flatMap((answer) => (answer?.kind === 'worker' ? [answer] : []));
    },

    /** Returns what the supervisor of this host reports of autoscaling; undefined if none scales. */
    async scaling(): Promise<AutoscaleStatus | undefined> {
      const supervisor = listLiving(folder).find((socket) => !isWorker(socket));
      return supervisor && askProcess(supervisor, 'GET /autoscale').catch(() => undefined);
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

    /** Has a job worker of this host settle the dead letters. One that takes too long goes on by itself. */
    async settleDeadLetters(how: 'retry' | 'discard'): Promise<Settled> {
      let reason = 'no job worker runs on this host';
      const giveUp = Date.now() + answerMs;
      for (const worker of listLiving(folder).filter(({ name }) => name.startsWith('worker-'))) {
        try {
          const timeoutMs = Math.max(1, giveUp - Date.now());
          return await askProcess(worker, `POST /dead-letters/${how}`, { timeoutMs });
        } catch (error) {
          if (Date.now() >= giveUp) throw tooLong(worker.name, 'settles dead letters');
          reason = (error as Error).message;
        }
      }
      throw new UnavailableError(`RabbitMQ could not be asked: ${reason}. See npm run dead-letters.`);
    },

    /**
     * Resolves when the drain has begun: the worker refuses new requests, and NGINX uses the others.
     * @throws ConflictError if no other worker serves, on this host or another
     */
    drain: (name: string): Promise<void> =>
      oneAtATime(async () => {
        const { worker, all } = await newest(name);
        // A worker that stepped aside is draining as well, but would return by itself.
        if (worker.answer.draining && !worker.answer.asideSince) return;
        if (all.some((other) => other.name !== name && other.answer.serving)) return beginDrain(worker);
        const reason = await whileOthersServe(() => beginDrain(worker));
        if (reason) throw new ConflictError(`${name} is the last worker that serves: ${reason}`);
      }),

    /** @throws ConflictError if the whole host is drained */
    async resume(name: string): Promise<void> {
      const { worker } = await newest(name);
      const { host = '', hostDrained = false } = worker.answer;
      refuseDrainedHost(host, hostDrained);
      const giveUp = Date.now() + answerMs;
      await askProcess(worker, 'POST /resume', { timeoutMs: answerMs }).catch((error: Error) => {
        if (Date.now() >= giveUp) throw tooLong(name, 'resumes');
        throw new UnavailableError(`${name} could not be resumed: ${error.message}`);
      });
    },
  };
}
