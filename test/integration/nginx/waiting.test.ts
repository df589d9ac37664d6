import { setTimeout as sleep } from 'node:timers/promises';
import { startNginx, startStub } from '../../support/balancer';

/** Text to replace, by that of containers. */
const PATIENT: [string, string][] = [[' : ){1}', ' : ){8}']];
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(otherwise = PATIENT) {
  const stub = await startStub();
  ends.push(stub.stop);
  const nginx = await startNginx([stub.port], { otherwise });
  ends.push(nginx.stop);
  const send = async (path: string, method = 'GET') => {
    const body = method === 'GET' ? undefined : 'x'.repeat(50_000);
    const response = await fetch(nginx.url + path, { method, body, signal: AbortSignal.timeout(60_000) });
    await response.arrayBuffer();
    return response.status;
  };
  return { stub, send, url: nginx.url, logged: nginx.logged };
}

const tries = ({ upstream }: Record<string, unknown>) => String(upstream).split(' : ').length;

describe('a request that no worker has got', () => {
  it('waits for one, with its body, and is answered once', async () => {
    const { stub, send } = await start();
    await stub.stop();
    const answers = ['GET', 'POST', 'PUT', 'POST'].map((method) => send('/tasks', method));
    await sleep(2_500);
    await stub.start();
    expect(await Promise.all(answers)).toEqual([200, 200, 200, 200]);
    expect(stub.seen).toBe(4);
  });

  it('waits also if it is a picture, or has headers that the address for the metrics refuses', async () => {
    const { stub, url } = await start();
    await stub.stop();
    const signal = AbortSignal.timeout(60_000);
    const answers = [
      fetch(`${url}/users/1/avatar`, { method: 'PUT', body: 'x'.repeat(2_000_000), signal }),
      fetch(`${url}/tasks`, { headers: { cookie: 'x'.repeat(12_000) }, signal }),
    ];
    await sleep(2_500);
    await stub.start();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200]);
  });

  it('is answered 502 after its tries, two seconds apart', async () => {
    const { stub, send, logged } = await start();
    await stub.stop();
    expect(await send('/tasks', 'POST')).toBe(502);
    const [line] = await logged('/tasks', 1);
    expect(tries(line!)).toBe(9);
    expect(line!.seconds).toBeGreaterThanOrEqual(14);
  }, 90_000);

  it('does not wait if it is a probe', async () => {
    const { stub, send, logged } = await start();
    await stub.stop();
    expect(await send('/health/ready')).toBe(502);
    expect(tries((await logged('/health/ready', 1))[0]!)).toBe(2);
  });
});

it('a request that a worker took and broke off is not sent again, however patient NGINX is', async () => {
  const { stub, send, logged } = await start();
  stub.breaks = true;
  expect(await send('/tasks', 'POST')).toBe(502);
  expect(stub.seen).toBe(1);
  expect(tries((await logged('/tasks', 1))[0]!)).toBe(1);
});

it('a path that looks like a reason does not make NGINX wait', async () => {
  const { stub, send } = await start();
  stub.breaks = true;
  expect(await send('/a|connection refused|b', 'POST')).toBe(502);
  expect(stub.seen).toBe(1);
});
