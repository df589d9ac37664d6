import type { NoticeBoard } from '../../notices/notice-board';
import type { Order } from '../../notices/notice-model';
import { UNKNOWN, type OrderRepository } from '../../notices/order-repository';
import { AppError, OutcomeUnknownError } from '../../problems/errors';
import type { Logger } from '../../process/logger';
import type { Fleet } from '../fleet';

interface FollowDeps {
  board: Pick<NoticeBoard, 'follow'>;
  orders: Pick<OrderRepository, 'take' | 'end'>;
  fleet: Pick<Fleet, 'drain' | 'resume'>;
  own: () => { host: string; place: string };
  logger: Pick<Logger, 'info' | 'warn'>;
}

/** Longest text that is stored. */
const MOST_DETAIL = 500;
/** The board reads a notice several times, within seconds. */
const MOST_KNOWN = 1_000;

/** Does what other hosts order of workers of this one. Of several workers here, the first that takes an order does it. */
export function followOrders({ board, orders, fleet, own, logger }: FollowDeps): void {
  const known = new Set<string>();

  async function obey(id: string, { worker, action }: Order): Promise<void> {
    if (!(await orders.take(id))) return;
    logger.info({ worker, action }, 'Another host orders a change of a worker');
    try {
      await fleet[action](worker);
      await orders.end(id, { state: 'done' });
    } catch (error) {
      const detail = error instanceof Error ? error.message.slice(0, MOST_DETAIL) : String(error);
      const isUnknown = error instanceof OutcomeUnknownError;
      const problem = error instanceof AppError ? (isUnknown ? UNKNOWN : error.problem) : undefined;
      await orders.end(id, { state: 'refused', detail, ...(problem && { problem }) });
    }
  }

  board.follow(({ _id, order }) => {
    if (!order || order.state !== 'sent' || known.has(_id)) return;
    const { host, place } = own();
    if (order.host !== host || (order.place && order.place !== place)) return;
    if (known.size >= MOST_KNOWN) known.clear();
    known.add(_id);
    void obey(_id, order).catch((error: Error) =>
      logger.warn({ reason: error.message }, 'An order of another host could not be taken or answered'),
    );
  });
}
