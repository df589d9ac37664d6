import type { Answers, ApiStatus, AutoscaleStatus, JobWorkerStatus } from '../control/protocol';
import type { AnnouncedHost } from './view/announced';
import type { Elsewhere } from './view/elsewhere';

/** What the live page fetches. Times are `Date` in the server and, after JSON, `string` in the page. */
export interface OpsSnapshot<Time> {
  /** Milliseconds since 1970. */
  at: number;
  /** Name of the worker that made the snapshot, and of its host. */
  by: string;
  /** Name of this host. */
  host: string;
  /** Differs for two hosts of the same name. */
  place: string;
  /** Workers of this host that answered. During a reload a name occurs twice: the older process comes first. */
  workers: ApiStatus[];
  jobWorkers: JobWorkerStatus[];
  /** Names of the workers and job workers of this host that run but did not answer in time. */
  silent: string[];
  elsewhere: Elsewhere;
  /** Null if MongoDB can't be asked. */
  announced: AnnouncedHost[] | null;
  /** Unset if no supervisor scales. */
  scaling?: AutoscaleStatus;
  /** Null if MongoDB can't be asked. */
  jobs: JobsShown<Time> | null;
  /** Messages in RabbitMQ; null if no job worker can ask it. */
  messages: { ready: number; deadLetters: number; unacknowledged: number } | null;
}

export interface JobsShown<Time> {
  waiting: number;
  running: number;
  doneLastMinute: number;
  failed: number;
  latest: JobShown<Time>[];
}

export interface JobShown<Time> {
  _id: string;
  type: string;
  status: string;
  attempts: number;
  error?: string | null;
  createdAt: Time;
  startedAt?: Time | null;
  finishedAt?: Time | null;
}

export type DeadLettersSettled = Answers['POST /dead-letters/retry'];
