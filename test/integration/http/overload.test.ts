import { setTimeout as sleep } from 'node:timers/promises';
import request from 'supertest';
import { createExchange, type Answer } from '../../support/exchange';
import { buildTask } from '../../support/factories';
import { connectRaw, type RawClient } from '../../support/raw-client';
import { eventually } from '../../support/wait';
import { useAdmin, useApi, useMember } from '../../support/use-api';
import { portOf } from '../../support/listen';

const api = useApi();
const admin = useAdmin(api);
const member = useMember(api);
const SECONDS = 5;
/** More than the worker accepts. */
const FLOODING = 200;
/** They share the event loop with the worker, so each waits a little after a refusal. */
const PAUSE_MS = 200;
const { send, close: hangUp } = createExchange();
afterAll(hangUp);

/** Asks again and again until `isOver`, by as many clients; what came of it. */
async function askOn(clients: number, isOver: () => boolean, asked: Parameters<typeof send>[1]) {
  const answers: Answer[] = [];
  const client = async () => {
    while (!isOver()) {
      const answer = await send(api.server, asked);
      answers.push(answer);
      if (answer.status === 503) await sleep(PAUSE_MS);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { answers, of: (status: number) => answers.filter((answer) => answer.status === status) };
}

describe('a flood of writes by one client', () => {
  let writes: Awaited<ReturnType<typeof askOn>>;
  let reads: typeof writes;
  let moves: Answer[];
  let health: typeof writes;
  let tasksBefore: number;
  const countTasks = async () =>
    Number((await admin.get('/tasks?count=true').expect(200)).headers['x-total-count']);

  beforeAll(async () => {
    const own = await buildTask(api, admin, { assignedTo: member.id });
    const path = `/tasks/${own._id}`;
    await member.get(path).expect(200);
    tasksBefore = await countTasks();
    const ends = Date.now() + SECONDS * 1_000;
    const isOver = () => Date.now() > ends;
    moves = [];
    const move = async () => {
      for (let round = 0; !isOver(); round++) {
        const body = JSON.stringify({ status: round % 2 ? 'to Do' : 'Doing' });
        moves.push(await send(api.server, { method: 'PUT', path, token: member.token, body }));
      }
    };
    const title = JSON.stringify({ title: 'Flood' });
    const flood = askOn(FLOODING, isOver, {
      method: 'POST',
      path: '/tasks',
      token: admin.token,
      body: title,
    });
    // All of the flood connects in one moment, on a machine that has one moment for both sides of it.
    await sleep(1_000);
    [writes, reads, health] = await Promise.all([
      flood,
      askOn(2, isOver, { method: 'GET', path: `/users/${member.id}`, token: member.token }),
      askOn(1, isOver, { method: 'GET', path: '/health/ready' }),
      move(),
    ]);
  });

  it('is accepted in part, and refused in part with 503 and a random Retry-After', () => {
    expect(writes.of(201).length).toBeGreaterThan(0);
    const refused = writes.of(503);
    expect(refused.length).toBeGreaterThan(0);
    expect(writes.answers).toHaveLength(writes.of(201).length + refused.length);
    const seconds = new Set(refused.map(({ headers }) => Number(headers['retry-after'])));
    expect(Math.min(...seconds)).toBeGreaterThanOrEqual(1);
    expect(seconds.size).toBeGreaterThan(1);
    for (const { body } of refused)
      expect(body).toMatchObject({ type: '/problems/unavailable', status: 503 });
  });

  it('stores the accepted writes and nothing of the refused ones', async () => {
    await eventually(async () => (await countTasks()) === tasksBefore + writes.of(201).length);
  });

  it('does not affect reads or health checks', () => {
    expect(reads.answers).toHaveLength(reads.of(200).length);
    expect(health.answers).toHaveLength(health.of(200).length);
  });

  it('does not keep another member from writing', () => {
    expect(moves.length).toBeGreaterThan(0);
    expect(moves.map(({ status }) => status)).toEqual(moves.map(() => 200));
  });

  it('is counted by class and reason', async () => {
    const { text } = await request(api.door).get('/metrics').expect(200);
    const [, count] = /^taskfleet_requests_refused_total\{class="write",reason="wait"[^}]*\} (\d+)$/m.exec(
      text,
    )!;
    expect(Number(count)).toBe(writes.of(503).length);
  });
});

describe('an overloaded worker', () => {
  it('refuses before it reads a body', async () => {
    const clients: RawClient[] = [];
    const port = portOf(api.server);
    const headers = {
      Authorization: `Bearer ${admin.token}`,
      'Content-Type': 'application/json',
      'Content-Length': '99',
    };
    // None of them ever sends its body: those that were let in keep their places, and the others are refused.
    for (let i = 0; i < 40; i++) clients.push(await connectRaw(port));
    for (const client of clients) client.ask('POST /tasks', headers);
    await eventually(() => clients.some((client) => client.statuses()[0] === '503'));
    for (const { socket } of clients) socket.destroy();
    await eventually(async () => (await admin.post('/tasks', { title: 'Again' })).status === 201);
  });
});
