import { randomUUID } from 'node:crypto';
import { serverTime } from '../infra/mongo/server-time';
import type { noticeModel, Order } from './notice-model';

export type OrderRepository = ReturnType<typeof createOrderRepository>;

/** Kind of problem of an order whose end the other host did not see. */
export const UNKNOWN = 'outcome-unknown';

/** No worker takes an order that is older: its sender gives up long before. */
const KEPT_MS = 15_000;

/** Stores orders of one host to another as notices, which every API worker reads within a fraction of a second. */
export function createOrderRepository(Notices: ReturnType<typeof noticeModel>) {
  /** @returns whether the order was in the state `from` */
  const change = async (
    _id: string,
    from: Order['state'],
    order: Partial<Order>,
    more: object = {},
  ): Promise<boolean> => {
    const set = Object.fromEntries(Object.entries(order).map(([name, value]) => [`order.${name}`, value]));
    const { modifiedCount } = await Notices.updateOne({ _id, 'order.state': from, ...more }, { $set: set });
    return modifiedCount === 1;
  };

  return {
    /** @returns the id of the order */
    async send(order: Omit<Order, 'state' | 'problem' | 'detail'>): Promise<string> {
      const _id = `order:${randomUUID()}`;
      const until = new Date(Date.now() + KEPT_MS);
      await Notices.updateOne(
        { _id },
        { $set: { until, order: { ...order, state: 'sent' } }, $currentDate: { changedAt: true } },
        { upsert: true },
      );
      return _id;
    },

    find: async (_id: string): Promise<Order | undefined> =>
      (await Notices.findById(_id, { order: 1 }).lean())?.order ?? undefined,

    /** Returns true for one caller alone, which then has to do it. The clock of MongoDB alone says how old it is. */
    async take(_id: string): Promise<boolean> {
      const oldest = new Date((await serverTime(Notices.db)).getTime() - KEPT_MS);
      return change(_id, 'sent', { state: 'taken' }, { changedAt: { $gt: oldest } });
    },

    /** Returns true if nobody has taken the order, and then nobody will. */
    withdraw: (_id: string): Promise<boolean> => change(_id, 'sent', { state: 'withdrawn' }),

    end: (_id: string, outcome: Pick<Order, 'state' | 'problem' | 'detail'>): Promise<boolean> =>
      change(_id, 'taken', outcome),
  };
}
