import type { AuditEvent } from '../../../src/audit/audit-event';
import { createChangeWorker } from '../../../src/ops/orders/change-worker';
import { followOrders } from '../../../src/ops/orders/follow-orders';
import type { Notice, Order } from '../../../src/notices/notice-model';
import { ConflictError, OutcomeUnknownError } from '../../../src/problems/errors';
import { createLogger } from '../../../src/process/logger';

const own = { host: 'alpha', place: 'pl-alpha' };
const beta = { host: 'beta', place: 'pl--beta' };
const origin = {} as never;

/** Changes a worker of beta by an order, which beta follows. @returns what the audit of alpha has */
async function audited(outcome: () => Promise<void>): Promise<string> {
  const events: AuditEvent[] = [];
  let order: Order | undefined;
  let follow: (notice: Notice) => void = () => {};
  followOrders({
    board: { follow: (given) => void (follow = given) },
    orders: {
      take: async () => (order!.state = 'taken') === 'taken',
      end: async (_, end) => !!Object.assign(order!, end),
    },
    fleet: { drain: outcome, resume: outcome },
    own: () => beta,
    logger: createLogger('silent', 'test'),
  });
  const change = createChangeWorker({
    fleet: { drain: outcome, resume: outcome },
    orders: {
      send: async (sent) => {
        order = { ...sent, state: 'sent' };
        // The clock of beta is ahead.
        follow({ _id: 'order:1', order, until: new Date(Date.now() - 60_000) } as Notice);
        return 'order:1';
      },
      find: async () => order,
      withdraw: async () => false,
    },
    own: () => own,
    audit: { record: async (event) => void events.push(event) },
  });
  await change('drain', { ...beta, worker: 'api-0' }, origin).catch(() => {});
  await change('drain', { worker: 'api-1' }, origin).catch(() => {});
  return events.map(({ outcome: of = 'done', detail }) => `${of} ${detail}`).join(', ');
}

describe('the audit of a worker that is drained', () => {
  it.each([
    ['done', async () => {}, 'done beta/api-0, done alpha/api-1'],
    [
      'refused',
      () => Promise.reject(new ConflictError('It is the last one.')),
      'refused beta/api-0, refused alpha/api-1',
    ],
    [
      'begun, and its end was not seen',
      () => Promise.reject(new OutcomeUnknownError('It goes on by itself.')),
      'done beta/api-0: begun, its end was not seen, done alpha/api-1: begun, its end was not seen',
    ],
  ])('says that it was %s, here and on another host', async (_what, outcome, text) => {
    expect(await audited(outcome)).toBe(text);
  });
});
