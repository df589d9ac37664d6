import { randomUUID } from 'node:crypto';
import { sleep } from '../../../tools/command/run-command';
import { createPictures, newPerson, post, type Session } from '../../../tools/kit/people';
import { openConnections, type Answer, type Request } from '../../../tools/load/connections';
import { HOSTS, network, type Host } from '../engine/hosts';
import { createStalenessJudge, versionOf } from '../../../tools/load/staleness';
import { resultOf, type Account } from '../load';
import type { Kind, Outcome, Result } from './outcomes';
import { urlOf } from './stack';

/** Clients of each host by what they do: 48 in all, half of them POST /tasks. */
const CLIENTS: Record<'read' | 'create' | 'change' | 'person', number> = {
  read: 6,
  create: 8,
  change: 1,
  person: 1,
};
/** Leaves two cores room for three hosts. */
const PAUSE_MS = 120;
const PERSON_PAUSE_MS = 1_500;
const TASKS = 24;
/** A client repeats a request whose effect is unknown with its key, which must not repeat the effect. */
const TRIES = 8;
const RETRY_MS = 500;
/** A token ends after an hour. A log-in that fails is repeated long before. */
const LOG_IN_MS = 10 * 60_000;
/** Seconds for which `recent` looks back. */
export const RECENT_S = 1;

export type Clients = Awaited<ReturnType<typeof startClients>>;

const json = { 'content-type': 'application/json' };

function judge(answer: Answer, expected: number): Result {
  const result = resultOf(answer, expected);
  const isClear = answer.status >= 400 && answer.status < 500;
  return result === 'failed' && !isClear ? 'unknown' : result;
}

/**
 * Works as 48 clients do, and keeps a ledger of what was acknowledged.
 *
 * @param admin creates the tasks
 */
export async function startClients(admin: Omit<Account, 'url'>) {
  const home = urlOf(HOSTS[0]);
  const own = { authorization: '' };
  async function logIn(): Promise<void> {
    const { token } = await post<Session>(`${home}/users/login`, admin);
    own.authorization = `Bearer ${token}`;
  }
  await logIn();
  const watched: string[] = [];
  const versions = createStalenessJudge();
  for (let index = 0; index < TASKS; index += 1) {
    const { _id } = await post<{ _id: string }>(`${home}/tasks`, { title: 'Watched' }, own);
    watched.push(`/tasks/${_id}`);
  }
  const nextPicture = await createPictures(64, 64);
  const began = performance.now();
  const outcomes: Outcome[] = [];
  const totals = { reads: 0, stale: 0 };
  const ledger = {
    /** Titles of tasks that were acknowledged. */
    tasks: new Set<string>(),
    /** Paths of accepted jobs, and of people who signed up. */
    jobs: [] as string[],
    people: [] as string[],
    sent: 0,
  };
  let isStopped = false;
  let isPaused = false;
  let avoided: Host | undefined;

  async function client(host: Host, index: number, kind: keyof typeof CLIENTS): Promise<void> {
    const opened = openConnections({
      url: urlOf(host),
      ownNetwork: network.prefix,
      connections: 1,
      keepBodies: true,
    });
    const send = async (request: Request, of: Kind, expected: number) => {
      const sentAt = performance.now();
      const answer = await new Promise<Answer>((resolve) => opened.send(request, resolve));
      const result = judge(answer, expected);
      const why = result === 'ok' ? undefined : String(answer.error ?? answer.status);
      outcomes.push({
        isHit: answer.headers['x-cache'] === 'HIT',
        at: (sentAt - began) / 1_000,
        host,
        kind: of,
        result,
        ms: performance.now() - sentAt,
        why,
      });
      return { ...answer, result };
    };
    const turns = { read: 0, change: 0 };

    const work = {
      async read() {
        const path = watched[(index * 7 + turns.read++) % TASKS]!;
        const isStale = versions.readBegins(path);
        const answer = await send({ method: 'GET', path, headers: own }, 'read', 200);
        if (answer.result !== 'ok') return;
        totals.reads += 1;
        const version = versionOf(answer.headers.etag);
        // No answer lacks a version.
        if (version === undefined || isStale(version)) totals.stale += 1;
      },
      // Each task has one client that changes it, so that its versions are acknowledged in order.
      async change() {
        const mine = watched.filter((_task, at) => at % HOSTS.length === HOSTS.indexOf(host));
        const path = mine[turns.change++ % mine.length]!;
        const body = JSON.stringify({ title: `Watched ${turns.change}` });
        const headers = { ...own, ...json };
        const answer = await send({ method: 'PATCH', path, headers, body }, 'change', 200);
        if (answer.result === 'ok') versions.acknowledge(path, versionOf(answer.headers.etag) ?? 0);
      },
      async create() {
        const title = `Ledger ${(ledger.sent += 1)}`;
        const headers = { ...own, ...json, 'idempotency-key': randomUUID() };
        const request: Request = { method: 'POST', path: '/tasks', headers, body: JSON.stringify({ title }) };
        for (let tries = 0; tries < TRIES && !isStopped; tries += 1) {
          const { result } = await send(request, 'create', 201);
          if (result === 'ok') ledger.tasks.add(title);
          if (result !== 'unknown' && result !== 'refused') return;
          await sleep(RETRY_MS);
        }
      },
      async person() {
        const body = JSON.stringify(newPerson());
        const signUp = await send(
          { method: 'POST', path: '/users/signup', headers: json, body },
          'sign-up',
          201,
        );
        if (signUp.result !== 'ok') return;
        const { token, user } = JSON.parse(signUp.text) as Session;
        const headers = { authorization: `Bearer ${token}` };
        ledger.people.push(`/users/${user._id}`);
        const path = `/users/${user._id}/avatar`;
        const picture = { ...headers, 'content-type': 'image/jpeg' };
        const job = await send({ method: 'PUT', path, headers: picture, body: nextPicture() }, 'job', 202);
        if (job.result === 'ok') ledger.jobs.push(`/jobs/${(JSON.parse(job.text) as { _id: string })._id}`);
        await sleep(PERSON_PAUSE_MS);
      },
    };
    while (!isStopped) {
      if (!isPaused && host !== avoided) await work[kind]();
      await sleep(PAUSE_MS);
    }
    await opened.close();
  }

  const renewal = setInterval(() => void logIn().catch(() => {}), LOG_IN_MS);
  const running = HOSTS.flatMap((host) =>
    Object.entries(CLIENTS).flatMap(([kind, count]) =>
      Array.from({ length: count }, (_, index) => client(host, index, kind as keyof typeof CLIENTS)),
    ),
  );
  return {
    outcomes,
    totals,
    ledger,
    own,
    logIn,
    /** Seconds since the load began. */
    now: () => (performance.now() - began) / 1_000,
    /** Reads that were sent in the last seconds and answered, and how many of them the cache answered. */
    recent() {
      const from = (performance.now() - began) / 1_000 - RECENT_S;
      const reads = outcomes
        .slice(-1_000)
        .filter(({ at, kind, result }) => at >= from && kind === 'read' && result === 'ok');
      return { reads: reads.length, hits: reads.filter(({ isHit }) => isHit).length };
    },
    since: (at: number) => outcomes.filter((outcome) => outcome.at >= at),
    pause: (on: boolean) => void (isPaused = on),
    /** Sends nothing to a host; undefined ends that. */
    avoid: (host: Host | undefined) => void (avoided = host),
    async stop(): Promise<void> {
      isStopped = true;
      clearInterval(renewal);
      await Promise.all(running);
    },
  };
}
