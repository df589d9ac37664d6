import { setTimeout as sleep } from 'node:timers/promises';
import { startNginx } from '../../support/balancer';
import { buildMember, newPerson, type Account } from '../../support/factories';
import { createSender } from '../../support/request-sender';
import { use } from '../../support/use';
import { useApis } from '../../support/use-api';
import { portOf } from '../../support/listen';

const workers = useApis({ BCRYPT_COST: '9' });
const nginx = use(
  () => startNginx(workers.map(({ server }) => portOf(server))),
  ({ stop }) => stop(),
);

const sender = use(
  () => createSender(nginx.url),
  ({ close }) => close(),
);

/** Addresses of loopback stand for clients: NGINX hands on the one that it sees. */
async function post(from: string, path: string, content: object) {
  const headers = { 'Content-Type': 'application/json' };
  const body = JSON.stringify(content);
  const {
    status,
    headers: answered,
    text,
  } = await sender.send({ method: 'POST', path, headers, body, from });
  return { status, retryAfter: answered['retry-after'], body: JSON.parse(text) as { type?: string } };
}
const logIn = (from: string, { email, password }: Account) => post(from, '/users/login', { email, password });
const signUp = (from: string) => post(from, '/users/signup', newPerson());

describe('the API behind NGINX', () => {
  it('lets a log-in in after a turn of each of three addresses that flood, with right log-ins and sign-ups', async () => {
    const victim = await buildMember(workers[0]);
    const others: Account[] = [];
    while (others.length < 12) others.push(await buildMember(workers[0]));
    let isOver = false;
    let served = 0;
    const refusals: string[] = [];
    const flood = ['127.0.0.2', '127.0.0.3', '127.0.0.4'].flatMap((from) =>
      others.map(async (account, index) => {
        while (!isOver) {
          const answer = await (index % 2 ? logIn(from, account) : signUp(from));
          if (answer.status === 503) refusals.push(`${answer.body.type} ${Number(answer.retryAfter) > 0}`);
          else served += 1;
        }
      }),
    );
    await sleep(500);
    const before: number[] = [];
    const statuses: number[] = [];
    for (let round = 0; round < 5; round++) {
      let servedBefore = served;
      let answer = await logIn('127.0.0.9', victim);
      // On a machine that has no core for them each hash takes so long that even the next turn comes too late.
      for (let tries = 1; answer.status === 503 && tries < 20; tries++) {
        servedBefore = served;
        answer = await logIn('127.0.0.9', victim);
      }
      statuses.push(answer.status);
      before.push(served - servedBefore);
    }
    isOver = true;
    await Promise.all(flood);
    expect(statuses).toEqual(Array(5).fill(200));
    // One under way and a turn of each address, in two workers: in the order in which they came it would be 36.
    expect(before.sort((a, b) => a - b)[2]).toBeLessThanOrEqual(16);
    expect(new Set(refusals)).toEqual(new Set(refusals.length > 0 ? ['/problems/unavailable true'] : []));
  });

  it('goes on hashing while one client retries at once on 200 connections, by holding what it refuses', async () => {
    const refusedMs: number[] = [];
    const count = async (connections: number, ms: number) => {
      const end = performance.now() + ms;
      let done = 0;
      const retry = async () => {
        while (performance.now() < end) {
          const began = performance.now();
          const { status } = await signUp('127.0.0.5');
          if (status === 201) done += 1;
          if (status === 503) refusedMs.push(performance.now() - began);
        }
      };
      await Promise.all(Array.from({ length: connections }, retry));
      return done;
    };
    const [before, crowded, after] = [await count(8, 2_000), await count(200, 4_000), await count(8, 2_000)];
    expect(crowded).toBeGreaterThan(0.4 * (before + after));
    // A second each; at once they would come by the hundred and take the cores from the hashes.
    expect(refusedMs.sort((a, b) => a - b)[refusedMs.length >> 1]).toBeGreaterThan(700);
  });
});
