import { setTimeout as sleep } from 'node:timers/promises';
import { waitUntil } from '../../../tools/command/run-command';
import { putAvatar, type Client } from '../../../tools/kit/people';

interface Job {
  status: string;
  attempts: number;
  result: { shown?: boolean } | null;
  createdAt: string;
  finishedAt: string | null;
}

interface Sent {
  person: Client;
  id: string;
}

export interface Outcome {
  /** Jobs that were accepted. */
  sent: number;
  /** Jobs that did not end as done, with their effect. */
  lost: number;
  /** Jobs of more than one attempt. */
  repeated: number;
  /** From the fault until the first job that was sent after it was done. */
  runsAgainMs: number;
  slowestMs: number;
}

const LIMIT_MS = 180_000;
const ANSWER_MS = 10_000;
const inOrder = (left: number, right: number) => left - right;

/**
 * Sends a picture for each person at a steady pace, breaks something after a third of them, and waits until each job has
 * ended.
 */
export async function runJobsOverFault(
  url: string,
  people: Client[],
  { picture, everyMs, breakIt }: { picture: () => Buffer; everyMs: number; breakIt: () => void },
): Promise<Outcome> {
  const sent: Promise<Sent>[] = [];
  let brokenAt = NaN;
  for (const [index, person] of people.entries()) {
    if (index === Math.floor(people.length / 3)) {
      breakIt();
      brokenAt = Date.now();
    }
    sent.push(putAvatar(url, person, picture()).then((id) => ({ id, person })));
    await sleep(everyMs);
  }
  const waiting = new Map((await Promise.all(sent)).map((job) => [job.id, job]));
  const ended: Job[] = [];
  const areEnded = async () => {
    for (const { id, person } of waiting.values()) {
      const job = await read(url, id, person);
      if (!job.finishedAt) return false;
      waiting.delete(id);
      ended.push(job);
    }
    return true;
  };
  await waitUntil(areEnded, { timeoutMs: LIMIT_MS, everyMs: 500, what: 'Not every job ended' }).catch(
    () => {},
  );
  const timeOf = ({ finishedAt }: Job) => Date.parse(finishedAt ?? '');
  const later = ended.filter(({ createdAt }) => Date.parse(createdAt) >= brokenAt);
  const done = ended.filter(({ status, result }) => status === 'done' && result?.shown);
  return {
    sent: people.length,
    lost: people.length - done.length,
    repeated: ended.filter(({ attempts }) => attempts > 1).length,
    runsAgainMs: (later.map(timeOf).sort(inOrder)[0] ?? NaN) - brokenAt,
    slowestMs: Math.max(...ended.map((job) => timeOf(job) - Date.parse(job.createdAt))),
  };
}

async function read(url: string, id: string, { headers }: Client): Promise<Job> {
  const response = await fetch(`${url}/jobs/${id}`, { headers, signal: AbortSignal.timeout(ANSWER_MS) });
  if (!response.ok) throw new Error(`GET job answers ${response.status}`);
  return (await response.json()) as Job;
}
