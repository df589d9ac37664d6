import { setTimeout as sleep } from 'node:timers/promises';
import { toEntry } from '../../../src/audit/audit-event';
import { createAuditQueue, MOST_WAITING } from '../../../src/audit/audit-queue';
import { withId, type MadeEntry } from '../../../src/audit/audit-repository';
import { createLogger } from '../../../src/process/logger';
import { eventually } from '../../support/wait';

const entry = () => withId(toEntry({ action: 'log-in', outcome: 'refused', origin: {} }));

function createQueue(write: (entries: MadeEntry[]) => Promise<void>) {
  const counted = { dropped: 0 };
  const logger = createLogger('silent', 'test');
  const onDropped = () => (counted.dropped += 1);
  return { ...createAuditQueue({ write, logger, onDropped, retryMs: 5 }), counted };
}

describe('the audit queue', () => {
  it('writes every entry once, though MongoDB fails at times', async () => {
    const written: string[] = [];
    let tries = 0;
    const queue = createQueue(async (entries) => {
      if (tries++ % 3 < 2) throw new Error('away');
      written.push(...entries.map(({ _id }) => String(_id)));
    });
    const sent = Array.from({ length: 250 }, entry);
    for (const one of sent) queue.add(one);
    await eventually(async () => queue.waiting() === 0);
    expect(written).toEqual(sent.map(({ _id }) => String(_id)));
    expect(queue.counted.dropped).toBe(0);
  });

  it('keeps a bounded number while MongoDB is away, and counts the others', async () => {
    let isAway = true;
    let written = 0;
    const queue = createQueue(async (entries) => {
      if (isAway) throw new Error('away');
      written += entries.length;
    });
    for (let sent = 0; sent < MOST_WAITING + 7; sent++) queue.add(entry());
    await sleep(1);
    expect({ waiting: queue.waiting(), ...queue.counted }).toEqual({ waiting: MOST_WAITING, dropped: 7 });
    isAway = false;
    await eventually(async () => queue.waiting() === 0);
    expect(written).toBe(MOST_WAITING);
  });

  it('writes what waits when it is closed, and gives up on a MongoDB that does not answer', async () => {
    let written = 0;
    const quick = createQueue(async (entries) => void (written += entries.length));
    quick.add(entry());
    await quick.close();
    expect(written).toBe(1);

    const frozen = createQueue(() => new Promise(() => {}));
    frozen.add(entry());
    await frozen.close(20);
    expect(frozen.waiting()).toBe(1);
  });
});
