import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { joinBalancer, leaveBalancer } from '../../src/http/balancer';

/** What stands for an NGINX whose worker is slow. */
async function withBalancer(
  answerMs: number,
  work: (balancer: { balancerUrl: string; lastRequestAt: () => number }) => Promise<void>,
) {
  const seen = { asked: 0, givenUp: 0 };
  let lastRequestAt = performance.now() - 1_000;
  const server = createServer((_request, response) => {
    seen.asked += 1;
    response.once('close', () => (seen.givenUp += response.writableFinished ? 0 : 1));
    void sleep(answerMs).then(() => {
      lastRequestAt = performance.now();
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await work({ balancerUrl: `http://127.0.0.1:${port}`, lastRequestAt: () => lastRequestAt });
  server.closeAllConnections();
  server.close();
  return seen;
}

it('waits for slow answers, since NGINX counts none that nobody waited for', async () => {
  const seen = await withBalancer(700, leaveBalancer);
  expect(seen.asked).toBeGreaterThanOrEqual(4);
  expect(seen.givenUp).toBeLessThanOrEqual(4); // those under way at the end of its time
}, 10_000);

it('takes a slow NGINX for one that is there', async () => {
  const began = performance.now();
  await withBalancer(700, joinBalancer);
  expect(performance.now() - began).toBeGreaterThanOrEqual(690);
});

it('does not wait where there is no NGINX', async () => {
  const began = performance.now();
  await joinBalancer({ balancerUrl: 'http://127.0.0.1:1', lastRequestAt: () => 0 });
  expect(performance.now() - began).toBeLessThan(1_000);
});
