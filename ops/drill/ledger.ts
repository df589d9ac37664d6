import { z } from 'zod';
import { sleep } from '../../tools/command/run-command';
import { createPictures } from '../../tools/kit/people';
import { count, prepareLoad, type Account } from './load';

const requestMs = 20_000;
const pauseMs = 15;

/** The fields of a task, a job or a problem that the ledger reads. */
const answerSchema = z
  .object({ _id: z.string(), status: z.union([z.string(), z.number()]) })
  .partial()
  .catch({});

export type Ledger = Awaited<ReturnType<typeof createLedger>>;

/** Sends requests as clients do, and keeps what was acknowledged and how often requests were served or refused. */
export async function createLedger(account: Account) {
  const { headers, userId, path: known } = await prepareLoad(account);
  // Each picture differs, so that each upload is a job.
  const nextPicture = await createPictures(64, 64);
  const tasks = [known];
  const jobs: string[] = [];
  /** Counts since the last `take`. */
  let counts: Record<string, number> = {};
  let stopped = false;

  /** @returns status 0 if no answer came: whether the request took effect is unknown then */
  async function send(
    method: string,
    path: string,
    body?: string | Buffer<ArrayBuffer>,
    type = 'application/json',
  ) {
    try {
      const response = await fetch(`${account.url}${path}`, {
        method,
        headers: { ...headers, ...(body && { 'content-type': type }) },
        body,
        signal: AbortSignal.timeout(requestMs),
      });
      const text = await response.text();
      const { status } = response;
      if ([502, 503, 504].includes(status) && !response.headers.has('retry-after'))
        count(counts, `${status} without Retry-After`);
      const isJson = response.headers.get('content-type')?.includes('json');
      return { status, answer: answerSchema.parse(isJson ? JSON.parse(text) : {}) };
    } catch {
      return { status: 0, answer: {} };
    }
  }

  async function create(): Promise<boolean> {
    const { status, answer } = await send('POST', '/tasks', JSON.stringify({ title: 'Drill' }));
    if (status === 201) tasks.push(`/tasks/${answer._id}`);
    return status === 201;
  }
  /** @returns the path of the job; undefined if the upload was not accepted */
  async function upload(): Promise<string | undefined> {
    const { status, answer } = await send('PUT', `/users/${userId}/avatar`, nextPicture(), 'image/jpeg');
    if (status === 202) jobs.push(`/jobs/${answer._id}`);
    return status === 202 ? jobs.at(-1) : undefined;
  }
  const kinds = {
    read: async () => (await send('GET', known)).status === 200,
    list: async () => (await send('GET', '/tasks?limit=5')).status === 200,
    write: create,
  };

  async function client(kind: keyof typeof kinds): Promise<void> {
    while (!stopped) {
      count(counts, `${kind} ${(await kinds[kind]()) ? 'served' : 'refused'}`);
      await sleep(pauseMs);
    }
  }
  const clients = (['read', 'read', 'read', 'read', 'list', 'write', 'write'] as const).map(client);

  return {
    /** @returns true if reads, lists and writes are served and a job is run to its end */
    async isServed(): Promise<boolean> {
      const answers = await Promise.all(Object.values(kinds).map((work) => work()));
      const job = answers.every(Boolean) && (await upload());
      if (!job) return false;
      for (let i = 0; i < 20; i += 1) {
        if ((await send('GET', job)).answer.status === 'done') return true;
        await sleep(100);
      }
      return false;
    },
    /** @returns the counts since the last call */
    take(): Record<string, number> {
      const taken = counts;
      counts = {};
      return taken;
    },
    async stop(): Promise<void> {
      stopped = true;
      await Promise.all(clients);
    },
    /** @returns the paths of acknowledged tasks that are gone, and of acknowledged jobs that are not done */
    async findLost(): Promise<string[]> {
      const lost: string[] = [];
      for (const task of tasks) if ((await send('GET', task)).status !== 200) lost.push(task);
      for (const job of jobs) {
        const { status = 'gone' } = (await send('GET', job)).answer;
        if (status !== 'done') lost.push(`${job} (${status})`);
      }
      return lost;
    },
    acknowledged: () => ({ tasks: tasks.length, jobs: jobs.length }),
  };
}
