import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '../../src/lib/percentile';
import { createPictures, type Client } from '../../tools/kit/people';
import { countCpuTime } from '../figures/cpu-time';
import { latencies } from '../figures/statistics';
import { countTraffic } from '../figures/traffic';
import { addError } from '../load/load';
import { toRun } from '../load/measure';
import { createRateWindow } from '../load/rate-window';
import type { ScenarioContext } from '../stack/bench-context';
import { PLAIN, type Measured, type Scenario } from './scenario';

/** More than the job worker runs at a time, so that it is never idle. */
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

/**
 * Uploads a picture and waits for its job.
 * @returns ms until the 202, and from then to the end of the job by the job worker's clock, which is this host's
 */
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
    await pause(POLL_MS, undefined, { signal });
    const answer = await fetch(`${url}/jobs/${accepted._id}`, { headers: admin.headers, signal });
    const job = (await answer.json()) as Job;
    if (answer.status !== 200) throw new Error(`job: ${answer.status}`);
    if (job.status === 'failed') throw new Error('a failed job');
    if (job.finishedAt) return { acceptedMs, jobMs: Math.max(0, Date.parse(job.finishedAt) - acceptedAt) };
  }
  throw new Error('a job without an end');
}

async function measureJobs({ stack, options, fixtures, signal }: ScenarioContext): Promise<Measured[]> {
  const [people, admin] = [await fixtures.accounts(), await fixtures.admin()];
  const nextPicture = await createPictures();
  const { groups } = await stack.processes();
  const window = createRateWindow(options.seconds);
  const errors: Record<string, number> = {};
  const times: { acceptedMs: number; jobMs: number }[] = [];
  const giveUpAt = performance.now() + options.seconds * 1_000 + JOB_TIMEOUT_MS;

  async function uploadRepeatedly(userId: string): Promise<void> {
    while (!window.isClosed() && performance.now() < giveUpAt) {
      try {
        const took = await uploadAndWait({ url: stack.url, userId, admin, picture: nextPicture(), signal });
        if (window.record(performance.now())) times.push(took);
      } catch (error) {
        signal.throwIfAborted();
        addError(errors, (error as Error).message);
        await pause(POLL_MS, undefined, { signal });
      }
    }
  }

  const trafficSince = countTraffic(stack.serverPorts());
  const cpuSince = countCpuTime(groups);
  await Promise.all(people.slice(0, UPLOADERS).map(({ id }) => uploadRepeatedly(id)));
  const [cpu, traffic] = [cpuSince(), trafficSince()];
  if (!window.isClosed()) addError(errors, 'too few jobs');
  const perSecond = window.perSecond();
  const uploads = latencies(times.map(({ acceptedMs }) => acceptedMs));
  const jobP99Ms = percentile(
    times.map(({ jobMs }) => jobMs),
    0.99,
  );
  const result = { perSecond, requests: times.length, ...uploads, errors };
  const run = toRun(result, cpu, { jobsPerSecond: perSecond, jobP99Ms }, traffic);
  return [{ load: { connections: UPLOADERS }, run }];
}

/** Its latencies are those of the 202; those of the jobs are in its figures. */
export const heavyJob: Scenario = {
  ...PLAIN,
  name: 'heavy-job',
  what: 'PUT /users/:id/avatar, its 202, and its job until it is done',
  isQuick: false,
  measure: measureJobs,
};
