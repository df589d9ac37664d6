import { z } from 'zod';

/** Process groups of the bench whose CPU time a request takes. */
export const GROUPS = [
  'API, event loop',
  'API, hash and other threads',
  'PM2',
  'NGINX',
  'job worker',
  'Redis',
  'MongoDB',
  'RabbitMQ',
] as const;
export type Group = (typeof GROUPS)[number];

/** Servers whose clients' bytes are counted. */
export const SERVERS = ['NGINX', 'Redis', 'MongoDB', 'RabbitMQ'] as const;
export type ServerGroup = (typeof SERVERS)[number];

const amount = z.number().min(0).max(1e12);
const positive = z.number().positive().max(1e12);
/** Name of an entry of `sources`. */
const source = z.string();

const byGroup = z.strictObject({ source, ...table(GROUPS, amount) });
const bytes = z.strictObject({ in: amount, out: amount });
const byServer = z.strictObject({ source, ...table(SERVERS, bytes) });

/** What the plan calculates with. Each figure stands beside the name of its source. */
export const constantsSchema = z.strictObject({
  sources: z.record(
    z.string(),
    z.strictObject({
      command: z.string(),
      date: z.string(),
      machine: z.string(),
      note: z.string().optional(),
    }),
  ),
  /** CPU time in microseconds and bytes of a request, by scenario of the bench. */
  requests: z.record(
    z.string(),
    z.strictObject({
      cpuMicros: byGroup,
      bytes: byServer,
      /** Share of the requests that start a job. */
      jobs: z.strictObject({ source, perRequest: amount }),
    }),
  ),
  /** What a worker costs the servers in a second without any request; its bytes are too few to matter. */
  idleWorker: z.strictObject({
    cpuMicros: z.strictObject({ source, Redis: amount, MongoDB: amount, RabbitMQ: amount }),
    connections: z.strictObject({ source, Redis: amount, MongoDB: amount, RabbitMQ: amount }),
  }),
  /** Coefficients of the universal scalability law, and the most workers that were measured. */
  law: z.strictObject({ source, sigma: amount, kappa: amount, workers: positive }),
  memory: z.strictObject({ source, workerMb: positive }),
  limits: z.strictObject({
    code: z.strictObject({
      source,
      mongoPool: positive,
      nginxPorts: positive,
      nginxKeepalive: positive,
    }),
    servers: z.strictObject({
      source,
      redisCores: positive,
      rabbitCores: positive,
      redisConnections: positive,
      mongoConnections: positive,
    }),
  }),
});
export type Constants = z.infer<typeof constantsSchema>;

function table<K extends string, T>(names: readonly K[], value: T): Record<K, T> {
  return Object.fromEntries(names.map((name) => [name, value])) as Record<K, T>;
}
