import { createNoticeRepository } from '../../../src/notices/notice-repository';
import { noticeModel } from '../../../src/notices/notice-model';
import { use } from '../../support/use';
import { useMongo } from '../../support/use-api';

const mongo = useMongo();
const orders = use(() => createNoticeRepository(mongo.connection).orders);
const ago = (ms: number) => new Date(Date.now() - ms);

/** Sends an order, then changes what MongoDB stores of it. */
async function sent(change: object): Promise<string> {
  const id = await orders.send({ host: 'beta', worker: 'api-0', action: 'drain' });
  await noticeModel(mongo.connection).updateOne({ _id: id }, { $set: change });
  return id;
}

describe('an order to another host', () => {
  it('is taken by one worker alone, whatever the clock of its sender says', async () => {
    const id = await sent({ until: ago(60_000) });
    const taken = await Promise.all([orders.take(id), orders.take(id), orders.take(id)]);
    expect(taken.filter(Boolean)).toEqual([true]);
  });

  it('is not taken if it is old by the clock of MongoDB, or withdrawn', async () => {
    expect(await orders.take(await sent({ changedAt: ago(16_000) }))).toBe(false);
    const id = await sent({});
    expect(await orders.withdraw(id)).toBe(true);
    expect(await orders.take(id)).toBe(false);
  });
});
