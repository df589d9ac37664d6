import type { Audit } from '../../audit/audit';
import type { Caller } from '../../audit/audit-event';
import type { OrderRepository } from '../../notices/order-repository';
import { OutcomeUnknownError } from '../../problems/errors';
import type { Fleet } from '../fleet';
import { sendOrder } from './send-order';

export type Action = 'drain' | 'resume';

export interface Target {
  /** Unset for this host. */
  host?: string;
  /** Differs for two hosts of the same name. */
  place?: string;
  worker: string;
}

interface ChangeDeps {
  fleet: Pick<Fleet, Action>;
  orders: Pick<OrderRepository, 'send' | 'find' | 'withdraw'>;
  own: () => { host: string; place: string };
  audit: Pick<Audit, 'record'>;
}

export type ChangeWorker = ReturnType<typeof createChangeWorker>;

/** Drains or resumes an API worker of any host: here by its control socket, elsewhere by an order in MongoDB. */
export function createChangeWorker({ fleet, orders, own, audit }: ChangeDeps) {
  return async (action: Action, target: Target, origin: Caller): Promise<void> => {
    const here = own();
    const { host = here.host, place, worker } = target;
    const isHere = host === here.host && (place === undefined || place === here.place);
    const event = {
      action: action === 'drain' ? ('worker-drained' as const) : ('worker-resumed' as const),
      origin,
      detail: `${host}/${worker}`,
    };
    try {
      await (isHere ? fleet[action](worker) : sendOrder(orders, { host, place, worker, action }));
    } catch (error) {
      if (error instanceof OutcomeUnknownError)
        await audit.record({ ...event, detail: `${event.detail}: begun, its end was not seen` });
      else await audit.record({ ...event, outcome: 'refused' });
      throw error;
    }
    await audit.record(event);
  };
}
