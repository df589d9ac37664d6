import { waitUntil } from '../../../tools/command/run-command';
import { HOSTS } from '../engine/hosts';
import type { Clients } from './clients';
import { urlOf } from './stack';

const JOBS_MS = 120_000;
const REQUEST_MS = 20_000;
/** Requests at once. */
const WIDTH = 8;

/** Runs `work` for each item, some at a time. */
async function forEach<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: WIDTH }, async () => {
      for (const item of rest) await work(item);
    }),
  );
}

export interface Audit {
  acknowledged: number;
  /** Acknowledged tasks and people that are gone. */
  lost: number;
  /** Titles that are there more than once, also of requests whose effect was unknown. */
  doubled: number;
  jobs: number;
  /** Accepted jobs that did not end as done. */
  notDone: number;
}

/** Compares the ledger with what is there, after the load has ended. */
export async function audit({ ledger, own, logIn }: Clients): Promise<Audit> {
  await logIn();
  /** Asks again if the answer says nothing about what is there. */
  const get = (path: string) =>
    waitUntil(
      async () => {
        const init = { headers: own, signal: AbortSignal.timeout(REQUEST_MS) };
        const response = await fetch(new URL(path, urlOf(HOSTS[0])), init);
        return response.status < 500 && response;
      },
      { timeoutMs: 3 * REQUEST_MS, everyMs: 500, what: `GET ${path} has no answer` },
    );
  const titles = new Map<string, number>();
  for (let page: string | undefined = '/tasks?limit=100'; page;) {
    const response = await get(page);
    if (!response.ok) throw new Error(`GET ${page} answers ${response.status}`);
    for (const { title } of (await response.json()) as { title: string }[])
      titles.set(title, (titles.get(title) ?? 0) + 1);
    page = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
  }
  let lost = [...ledger.tasks].filter((title) => !titles.has(title)).length;
  await forEach(ledger.people, async (person) => {
    if (!(await get(person)).ok) lost += 1;
  });
  let waiting = ledger.jobs;
  const areDone = async () => {
    const open: typeof waiting = [];
    await forEach(waiting, async (job) => {
      const response = await get(job);
      const { status } = (await response.json()) as { status?: string };
      if (status !== 'done') open.push(job);
    });
    waiting = open;
    return waiting.length === 0;
  };
  await waitUntil(areDone, { timeoutMs: JOBS_MS, everyMs: 1_000, what: 'Not every job is done' }).catch(
    () => {},
  );
  return {
    acknowledged: ledger.tasks.size + ledger.people.length,
    lost,
    doubled: [...titles].filter(([title, times]) => title.startsWith('Ledger') && times > 1).length,
    jobs: ledger.jobs.length,
    notDone: waiting.length,
  };
}
