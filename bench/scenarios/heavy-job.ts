import { countCpuTime } from '../figures/cpu-time';
import { latencies, percentile } from '../figures/statistics';
import { toRun } from '../load/measure-load';
import { pause } from '../load/pause';
import { createRateWindow } from '../load/rate-window';
import type { ScenarioContext } from '../stack/bench-context';
import type { Client } from '../stack/people';
import { createPictures } from '../stack/picture';
import { ONE_AND_CLUSTER, type Measured, type Scenario } from './scenario';

/** More than the job worker does at a time, so that it always has one. */
const UPLOADERS = 4;
const POLL_MS = 50;
const JOB_TIMEOUT_MS = 30_000;

interface Job {
  _id: string;
  status: string;
  finishedAt: string | null;
}

interface Upload {
  url: string;
  userId: string;
  admin: Client;
  picture: Buffer;
  signal: AbortSignal;
}

/** @returns how long the 202 took, and from then to the job's end by the job worker's clock, which is this one */
async function uploadAndWait({ url, userId, admin, picture, signal }: Upload) {
  const sentAt = performance.now();
  const response = await fetch(`${url}/users/${userId}/avatar`, {
    method: 'PUT',
    headers: { ...admin.headers, 'content-type': 'image/jpeg' },
    body: new Uint8Array(picture),
    signal,
  });
  const accepted = (await response.json()) as Job;
  if (response.status !== 202) throw new Error(`upload: ${response.status}`);
  const acceptedMs = performance.now() - sentAt;
  const acceptedAt = Date.now();
  while (Date.now() < acceptedAt + JOB_TIMEOUT_MS) {
    await pause(POLL_MS, signal);
    const answer = await fetch(`${url}/jobs/${accepted._id}`, { headers: admin.headers, signal });
    const job = (await answer.json()) as Job;
    if (answer.status !== 200) throw new Error(`job: ${answer.status}`);
    if (job.status === 'failed') throw new Error('a job that failed');
    if (job.finishedAt) return { acceptedMs, jobMs: Math.max(0, Date.parse(job.finishedAt) - acceptedAt) };
  }
  throw new Error('a job that did not end');
}

async function measureJobs(context: ScenarioContext): Promise<Measured[]> {
  const { stack, options, fixtures, signal } = context;
  const [people, admin, nextPicture] = [
    await fixtures.accounts(),
    await fixtures.admin(),
    await createPictures(),
  ];
  const { groups } = await stack.processes();
  const window = createRateWindow(options.seconds);
  const errors: Record<string, number> = {};
  const times: { acceptedMs: number; jobMs: number }[] = [];
  const giveUpAt = performance.now() + options.seconds * 1_000 + JOB_TIMEOUT_MS;

  async function uploadOn(userId: string): Promise<void> {
    while (!window.isClosed() && performance.now() < giveUpAt) {
      try {
        const took = await uploadAndWait({ url: stack.url, userId, admin, picture: nextPicture(), signal });
        if (window.record(performance.now())) times.push(took);
      } catch (error) {
        signal.throwIfAborted();
        const { message } = error as Error;
        errors[message] = (errors[message] ?? 0) + 1;
        await pause(POLL_MS, signal);
      }
    }
  }

  const cpuSince = countCpuTime(groups);
  await Promise.all(people.slice(0, UPLOADERS).map(({ id }) => uploadOn(id)));
  const cpu = cpuSince();
  if (!window.isClosed()) errors['too few jobs'] = 1;
  const uploads = latencies(times.map(({ acceptedMs }) => acceptedMs));
  const result = { perSecond: window.perSecond(), requests: times.length, ...uploads, errors };
  const jobP99Ms = percentile(
    times.map(({ jobMs }) => jobMs),
    0.99,
  );
  const run = toRun(result, cpu, { jobsPerSecond: window.perSecond(), jobP99Ms });
  return [{ load: { connections: UPLOADERS }, run }];
}

/** Latencies are those of the 202; the job's own stand in the figures. */
export const heavyJob: Scenario = {
  name: 'heavy-job',
  what: 'PUT /users/:id/avatar, 202, and the job until it is done',
  setups: ONE_AND_CLUSTER,
  cache: 'on',
  raw: [],
  isQuick: false,
  windows: 1,
  measure: measureJobs,
};
