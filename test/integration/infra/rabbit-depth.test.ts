import { createJobQueue, type Verdict } from '../../../src/infra/rabbit/rabbit';
import { createLogger } from '../../../src/process/logger';
import { newNamespace } from '../../support/api';
import { serverUrl } from '../../support/servers';
import { eventually } from '../../support/wait';

describe('the queue depth', () => {
  it('counts waiting, unacknowledged and dead-lettered messages', async () => {
    const queue = createJobQueue({
      servers: { url: serverUrl('AMQP_URL') },
      prefix: newNamespace(),
      concurrency: 1,
      logger: createLogger('silent', 'test'),
    });
    const ends: ((verdict: Verdict) => void)[] = [];
    expect(await queue.depth()).toBeNull();
    queue.start(() => new Promise((resolve) => ends.push(resolve)));
    try {
      await eventually(queue.isConnected);
      for (const content of ['one', 'two', 'three']) await queue.publish(content);
      const counts = async () => ({ ...(await queue.depth()), unacknowledged: queue.unacknowledged() });
      const become = (expected: object) =>
        eventually(async () => JSON.stringify(await counts()) === JSON.stringify(expected));
      await become({ ready: 2, deadLetters: 0, consumers: 1, unacknowledged: 1 });
      ends[0]!('dead-letter');
      await become({ ready: 1, deadLetters: 1, consumers: 1, unacknowledged: 1 });
      for (const index of [1, 2]) {
        await eventually(() => ends.length > index);
        ends[index]!('ack');
      }
      await become({ ready: 0, deadLetters: 1, consumers: 1, unacknowledged: 0 });
      // Simultaneous callers share one answer.
      expect(
        new Set((await Promise.all([1, 2, 3].map(() => queue.depth()))).map((one) => one?.ready)),
      ).toEqual(new Set([0]));
    } finally {
      await queue.close();
    }
    expect(await queue.depth()).toBeNull();
  });
});
