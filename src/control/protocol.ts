import { z } from 'zod';
import { LOG_LEVELS } from '../lib/log-levels';

const processStatus = z.object({
  /** Name on its host, such as `api-0`. */
  name: z.string(),
  /** Name of its host. Unset in a process of an older release. */
  host: z.string().optional(),
  pid: z.number(),
  /** Digests of the build and its configuration: the same in all processes that run the same code. */
  release: z.string(),
  /** Unset in a process of an older release. */
  build: z.object({ version: z.string(), commit: z.string(), contract: z.string() }).optional(),
  /** Milliseconds since 1970. */
  startedAt: z.number(),
  memoryBytes: z.number(),
  logLevel: z.string(),
});
/** State that every process reports. */
export type ProcessStatus = z.infer<typeof processStatus>;

const recentRequest = z.object({
  /** Milliseconds since 1970. */
  at: z.number(),
  method: z.string(),
  /** Declared path with its parameters; `none` if no route matched. */
  path: z.string(),
  status: z.number(),
  ms: z.number(),
  /** True if the worker refused the request because of overload. */
  isRefused: z.boolean(),
});
/** One answered request, as /ops shows it. */
export type RecentRequest = z.infer<typeof recentRequest>;

const requestStats = z.object({
  /** Requests since the start of the process. */
  total: z.number(),
  /** Answers of 500 or more since the start, without refusals. */
  failed: z.number(),
  perSecond: z.number(),
  p50Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  /** Delay of the event loop in milliseconds, over about the last second. */
  lateMs: z.number(),
  /** Refusals for overload: `perSecond` over the last 5 s, `count` over the last 5 minutes. */
  refused: z.array(
    z.object({ class: z.string(), reason: z.string(), perSecond: z.number(), count: z.number() }),
  ),
  cache: z.object({ hits: z.number(), misses: z.number() }),
  recent: z.array(recentRequest),
});
/**
 * Requests of an API worker. Rates and latencies cover the last 5 s, or the last 512 requests if these were more;
 * latencies are null without requests. The counts of the cache cover the last 5 s.
 */
export type RequestStats = z.infer<typeof requestStats>;

const apiStatus = processStatus.extend({
  kind: z.literal('api'),
  port: z.number(),
  /** True if the worker refuses connections, or will in a moment. NGINX uses the other workers. */
  draining: z.boolean(),
  /** Milliseconds since 1970 when the worker stepped aside (it is draining then); unset if it did not. */
  asideSince: z.number().optional(),
  /** True if NGINX sends requests to this worker. */
  serving: z.boolean(),
  /** True if it is drained with its whole host. Unset for a worker of an earlier version. */
  hostDrained: z.boolean().optional(),
  /** True if the port accepts connections. */
  listening: z.boolean(),
  /** Requests under way, without live pages that watch. */
  inFlight: z.number(),
  /** Passwords that wait for a hash or are being hashed. */
  hashes: z.number(),
  hashThreads: z.number(),
  /** Ids of the known keys of the tokens; the first signs. Unset for a worker of an earlier version. */
  keyIds: z.array(z.string()).optional(),
  requests: requestStats,
});
export type ApiStatus = z.infer<typeof apiStatus>;

const jobWorkerStatus = processStatus.extend({
  kind: z.literal('worker'),
  /** True if the job worker is connected to RabbitMQ. Without it no job arrives. */
  isConnected: z.boolean(),
  /** True if it takes no jobs because an operator drained it. Unset for a job worker of an earlier version. */
  draining: z.boolean().optional(),
  /** Maximum number of jobs at a time. */
  concurrency: z.number(),
  jobs: z.object({
    underWay: z.array(
      z.object({ jobId: z.string(), type: z.string(), attempt: z.number(), since: z.number() }),
    ),
    /** Attempts by outcome since the start of the process. */
    ended: z.record(z.string(), z.number()),
  }),
});

export type JobWorkerStatus = z.infer<typeof jobWorkerStatus>;

const vitals = z.object({
  /** Delay of the event loop in milliseconds, over about the last second. */
  lateMs: z.number(),
  /** CPU time per time over about the last second: 1 is one core. */
  cores: z.number(),
  /** Share of that time in which the event loop had work, including the wait for a core. */
  utilisation: z.number(),
  /** True if NGINX sends requests to this worker. */
  serving: z.boolean(),
  /** True if the worker left NGINX's rotation by itself. */
  aside: z.boolean(),
  /** Milliseconds since the worker began to serve, or to serve again; 0 if it does not. */
  servingForMs: z.number(),
});
/** Load of an API worker, which its siblings on this host ask for. */
export type Vitals = z.infer<typeof vitals>;

const load = z.object({
  /** Milliseconds since the start in which the event loop had work, including the wait for a core, and had none. */
  activeMs: z.number(),
  idleMs: z.number(),
  /** Requests answered since the start, without refusals for overload. */
  answered: z.number(),
  /** Password hashes done since the start. */
  hashed: z.number(),
  /** How long the oldest password has been waiting for a hash thread; 0 if none waits. */
  hashWaitMs: z.number(),
  hashThreads: z.number(),
  /** True if NGINX sends requests to this worker, or would if the worker had not stepped aside. */
  serving: z.boolean(),
});
/** Counters of an API worker, from whose differences the autoscaler judges the last second. */
export type Load = z.infer<typeof load>;

const autoscaleStatus = z.object({
  /** Bounds of the number of API workers. */
  least: z.number(),
  most: z.number(),
  /** API workers that serve. */
  workers: z.number(),
  /** Why it takes no step now, such as a reload; unset if it may take one. */
  holds: z.string().optional(),
  /** Figures of the last second. Unset until two looks found all workers. */
  now: z.object({ utilisation: z.number(), hashWaitMs: z.number(), perSecond: z.number() }).optional(),
  /** Milliseconds until it may add a worker again, after one that brought nothing; 0 if it may. */
  restMs: z.number(),
  /** The last steps, oldest first; `at` in milliseconds since 1970. */
  steps: z.array(z.object({ at: z.number(), text: z.string() })),
});
/** What `taskfleet supervise` reports of autoscaling. */
export type AutoscaleStatus = z.infer<typeof autoscaleStatus>;

const queueStatus = z.object({
  /** Null if RabbitMQ can't be asked. */
  depth: z.object({ ready: z.number(), deadLetters: z.number(), consumers: z.number() }).nullable(),
  unacknowledged: z.number(),
});

const settled = z.object({
  retried: z.number(),
  discarded: z.number(),
  over: z.number(),
  kept: z.number(),
});

const nothing = z.unknown().transform((): void => {});
const bare = <A extends z.ZodType>(answer: A) => ({ answer, body: z.undefined() });
const level = z
  .string()
  .regex(new RegExp(`^(${LOG_LEVELS.join('|')})$`), `must be one of ${LOG_LEVELS.join(', ')}`);

/** A metric in prom-client's own format, which no other library reads. */
interface Metric {
  name: string;
  values: { value: number }[];
}

/** Method and path of each command, with the schemas of its answer and body. */
const schemas = {
  'GET /status': bare(z.discriminatedUnion('kind', [apiStatus, jobWorkerStatus])),
  'GET /metrics': bare(z.custom<Metric[]>(Array.isArray)),
  'POST /log-level': { answer: z.object({ logLevel: z.string() }), body: z.object({ level }) },

  // Commands of API workers, the first two also of job workers. A drain answers when no request is under way and no
  // connection is accepted any more, or no job; ask-nginx sends requests through NGINX on behalf of a sibling that leaves its rotation.
  'POST /drain': bare(nothing),
  'POST /resume': bare(nothing),
  'GET /vitals': bare(vitals),
  'GET /load': bare(load),
  'POST /ask-nginx': bare(nothing),

  // Commands of job workers
  'GET /queue': bare(queueStatus),
  'POST /dead-letters/retry': bare(settled),
  'POST /dead-letters/discard': bare(settled),

  // Command of the supervisor
  'GET /autoscale': bare(autoscaleStatus),
};

export type CommandName = keyof typeof schemas;
export type Answers = { [C in CommandName]: z.infer<(typeof schemas)[C]['answer']> };
export type Bodies = { [C in CommandName]: z.infer<(typeof schemas)[C]['body']> };

/**
 * The control protocol: both ends check what they receive by these schemas. During a reload processes of two releases
 * talk to each other, so a field that is added must be optional.
 */
export const protocol: {
  [C in CommandName]: { answer: z.ZodType<Answers[C]>; body: z.ZodType<Bodies[C]> };
} = schemas;

/** Handlers by command; a process leaves out the commands of the other kind. */
export type ControlHandlers = {
  [C in CommandName]?: (body: Bodies[C]) => Answers[C] | Promise<Answers[C]>;
};
