import { setTimeout as sleep } from 'node:timers/promises';
import { by, send, useCluster } from '../support/cluster';
import { use } from '../support/use';
import { eventually } from '../support/wait';

interface Session {
  token: string;
  refreshToken: string;
}

/** Within this time after the answer no worker accepts what was ended. */
const PROMISED_MS = 1_000;
const MEMBERS = 16;

const cluster = useCluster();
const admin = use(() => cluster.buildAdmin());

describe('sessions on several workers', () => {
  it('gives 50 simultaneous renewals the same successor', async () => {
    const { email, password } = await cluster.signUp();
    const { body } = await send(cluster.url, 'POST', '/users/login', { email, password });
    const { refreshToken } = body as Session;
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => send(cluster.url, 'POST', '/users/token', { refreshToken })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
    expect(new Set(answers.map(({ body }) => (body as Session).refreshToken)).size).toBe(1);
    expect(new Set(answers.map(({ headers }) => headers.get('x-worker'))).size).toBe(2);
  });

  it('accepts no request a second after the log-out, with a worker killed and Redis frozen', async () => {
    const members = await Promise.all(Array.from({ length: MEMBERS }, () => cluster.signUp()));
    /** When each log-out was answered, by token. */
    const ended = new Map<string, number>();
    const accepted: { token: string; sentAt: number }[] = [];
    let isOver = false;
    const read = async ({ token }: { token: string }) => {
      while (!isOver) {
        const sentAt = performance.now();
        const answer = await send(cluster.url, 'GET', '/tasks?limit=1', undefined, token).catch(
          () => undefined,
        );
        if (answer?.status === 200) accepted.push({ token, sentAt });
      }
    };
    const reads = Promise.all([...members, ...members].map(read));
    const redis = await cluster.stack.server('redis').pid();
    const [victim] = await cluster.apiWorkers();
    try {
      for (const [index, member] of members.entries()) {
        if (index === 4) process.kill(redis!, 'SIGSTOP');
        if (index === 8) process.kill(victim!.pid, 'SIGKILL');
        // A worker that was killed did not answer; another one does.
        await eventually(async () => {
          const answer = await by(cluster, member)
            .post('/users/logout')
            .catch(() => undefined);
          return answer?.status === 204 || answer?.status === 401;
        });
        ended.set(member.token, performance.now());
        await sleep(100);
      }
      await sleep(2 * PROMISED_MS);
    } finally {
      process.kill(redis!, 'SIGCONT');
      isOver = true;
      await reads;
    }
    const late = accepted.filter(({ token, sentAt }) => sentAt > ended.get(token)! + PROMISED_MS);
    expect(late).toEqual([]);
    for (const { token } of members) expect(accepted.some((one) => one.token === token)).toBe(true);
    await eventually(async () => (await cluster.apiWorkers()).length === 2);
    expect((await by(cluster, admin).get('/tasks?limit=1')).status).toBe(200);
  }, 120_000);
});
