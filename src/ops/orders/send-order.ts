import { setTimeout as sleep } from 'node:timers/promises';
import { timeLimits } from '../../config/time-limits';
import type { Order } from '../../notices/notice-model';
import { UNKNOWN, type OrderRepository } from '../../notices/order-repository';
import { ConflictError, NotFoundError, OutcomeUnknownError, UnavailableError } from '../../problems/errors';

/** Every API worker reads orders four times a second. */
const TAKEN_MS = 3_000;
const LOOK_MS = 100;

const PROBLEMS = { conflict: ConflictError, 'not-found': NotFoundError, [UNKNOWN]: OutcomeUnknownError };

/** Throws what the other host answered. */
function fail({ problem, detail }: Order): never {
  const text = detail ?? 'The other host could not do it, and gave no reason.';
  const Problem = PROBLEMS[problem as keyof typeof PROBLEMS];
  throw Problem ? new Problem(text) : new UnavailableError(text);
}

/**
 * Has a worker of another host drained or resumed. MongoDB carries the order, so it needs no Redis; who may write there
 * may do anything anyway.
 *
 * @throws AppError that says what is known: refused, not begun, or gone on with
 */
export async function sendOrder(
  orders: Pick<OrderRepository, 'send' | 'find' | 'withdraw'>,
  order: Pick<Order, 'host' | 'place' | 'worker' | 'action'>,
  { takenMs = TAKEN_MS, answerMs = timeLimits.operatorMs } = {},
): Promise<void> {
  const name = `${order.host}/${order.worker}`;
  const id = await orders.send(order);
  const began = performance.now();
  for (;;) {
    await sleep(LOOK_MS);
    const found = await orders.find(id);
    if (found?.state === 'done') return;
    if (found?.state === 'refused') fail(found);
    const waitedMs = performance.now() - began;
    if (found?.state !== 'taken' && waitedMs > takenMs && (!found || (await orders.withdraw(id))))
      throw new UnavailableError(
        `No worker of ${order.host} took the order within ${takenMs / 1_000} s, so nothing was done: the host is gone,` +
          ' cannot reach MongoDB, or runs an older release.',
      );
    if (waitedMs > answerMs)
      throw new OutcomeUnknownError(
        `${order.host} took the order to ${order.action} ${name} and has not answered within ${answerMs / 1_000} s.` +
          ' It goes on by itself: look at the live page again.',
      );
  }
}
