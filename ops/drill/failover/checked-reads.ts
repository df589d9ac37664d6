import { post } from '../../../tools/kit/people';
import { inTurns, startClosedLoop } from '../../../tools/load/closed-loop';
import { openConnections, type Request } from '../../../tools/load/connections';
import { createStalenessJudge, versionOf } from '../../../tools/load/staleness';
import { count } from '../load';

const READERS = 16;
const WRITERS = 2;
const TASKS = 40;
/** Each change makes a miss, so more of them would hide whether the cache is used. */
const PAUSE_MS = 20;
/** Length of the spans of time for which hits are counted. */
const SPAN_MS = 250;
/** From this share of hits on the cache is in use. */
const IN_USE = 0.5;

interface Span {
  reads: number;
  hits: number;
}

/** Reads and changes tasks, and compares each read with what was acknowledged before it was sent. */
export async function startCheckedReads(url: string, headers: Record<string, string>) {
  const tasks: string[] = [];
  const versions = createStalenessJudge();
  while (tasks.length < TASKS) {
    const { _id } = await post<{ _id: string }>(`${url}/tasks`, { title: 'Failover' }, headers);
    tasks.push(`/tasks/${_id}`);
  }
  const opened = openConnections({ url, connections: READERS + WRITERS });
  const spans: Span[] = [];
  const began = performance.now();
  const spanAt = (now: number) => (spans[Math.floor((now - began) / SPAN_MS)] ??= { reads: 0, hits: 0 });
  const totals = { reads: 0, stale: 0, writes: 0, unknown: 0 };
  const statuses: Record<string, number> = {};

  const nextRead = inTurns(tasks);
  const readers = startClosedLoop<Request & { isStale: (version: number) => boolean }>(opened, {
    clients: READERS,
    next() {
      const path = nextRead();
      return { method: 'GET', path, headers, isStale: versions.readBegins(path) };
    },
    onAnswer(answer, { isStale }) {
      if (answer.status !== 200) return void count(statuses, `GET ${answer.error ?? answer.status}`);
      const span = spanAt(performance.now());
      totals.reads += 1;
      span.reads += 1;
      if (answer.headers['x-cache'] === 'HIT') span.hits += 1;
      const version = versionOf(answer.headers.etag);
      // No answer lacks a version.
      if (version === undefined || isStale(version)) totals.stale += 1;
    },
  });

  // One change of a task at a time, so that its versions are acknowledged in order.
  let isStopped = false;
  const writer = (own: string[]) =>
    new Promise<void>((resolve) => {
      const next = inTurns(own);
      const write = () => {
        if (isStopped) return resolve();
        const path = next();
        const body = JSON.stringify({ title: `Failover ${totals.writes}` });
        const json = { ...headers, 'content-type': 'application/json' };
        opened.send({ method: 'PATCH', path, headers: json, body }, (answer) => {
          totals.writes += 1;
          if (answer.status === 200) versions.acknowledge(path, versionOf(answer.headers.etag) ?? 0);
          else {
            totals.unknown += 1;
            count(statuses, `PATCH ${answer.error ?? answer.status}`);
          }
          setTimeout(write, PAUSE_MS);
        });
      };
      write();
    });
  const writing = Promise.all(
    Array.from({ length: WRITERS }, (_, index) =>
      writer(tasks.filter((_task, at) => at % WRITERS === index)),
    ),
  );

  return {
    totals,
    statuses,
    /** @returns whether most reads of the last whole span came from the cache */
    isInUse(): boolean {
      const { reads, hits } = spans[Math.floor((performance.now() - began) / SPAN_MS) - 1] ?? {
        reads: 0,
        hits: 0,
      };
      return reads > 0 && hits / reads >= IN_USE;
    },
    async stop(): Promise<void> {
      isStopped = true;
      await Promise.all([readers.stop(), writing]);
      await opened.close();
    },
  };
}
