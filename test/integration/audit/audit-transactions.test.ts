import { createAudit } from '../../../src/audit/audit';
import { createAuditRepository } from '../../../src/audit/audit-repository';
import type { Logger } from '../../../src/process/logger';
import { eventually } from '../../support/wait';
import { useMongo } from '../../support/use-api';

const USER = '665f1c2ab7e4d83f90a1b2c3';
const mongo = useMongo();
const lines: Record<string, unknown>[] = [];
const logger = { child: () => ({ info: (line: object) => lines.push({ ...line }) }) } as unknown as Logger;

function createTestAudit() {
  const entries = createAuditRepository(mongo.connection);
  return { prepare: entries.prepare, ...createAudit({ entries, logger }) };
}

const event = (requestId: string) => ({
  action: 'role-changed' as const,
  origin: { user: { id: USER, role: 'Admin' as const }, address: '2001:db8:1:2:3::4', requestId },
  target: USER,
  detail: 'worker to Admin',
});
const storedOf = (requestId: string) => mongo.db.collection('audit').find({ requestId }).toArray();
const linesOf = (id: string) => lines.filter(({ req }) => (req as { id: string } | undefined)?.id === id);

beforeAll(() => createTestAudit().prepare());

describe('an audited transaction', () => {
  it('stores and logs the event once, however often it is repeated', async () => {
    const { record } = createTestAudit();
    let attempts = 0;
    await mongo.transaction(async (session) => {
      await record(event('repeated-1'), session);
      if (attempts++ < 2) {
        const error = new mongo.connection.base.mongo.MongoServerError({ message: 'conflict' });
        error.addErrorLabel('TransientTransactionError');
        throw error;
      }
    });
    expect(await storedOf('repeated-1')).toHaveLength(1);
    expect(linesOf('repeated-1')).toEqual([
      {
        event: 'audit',
        action: 'role-changed',
        outcome: 'done',
        actor: USER,
        target: USER,
        detail: 'worker to Admin',
        network: '2001:db8:1:2::/64',
        req: { id: 'repeated-1' },
      },
    ]);
  });

  it('stores and logs nothing if it fails', async () => {
    const { record } = createTestAudit();
    const failed = mongo.transaction(async (session) => {
      await record(event('failed-1'), session);
      throw new Error('refused');
    });
    await expect(failed).rejects.toThrow('refused');
    expect(await storedOf('failed-1')).toEqual([]);
    expect(linesOf('failed-1')).toEqual([]);
  });
});

describe('an event without a transaction', () => {
  it('is logged at once and stored soon after', async () => {
    const { record } = createTestAudit();
    await record(event('alone-1'));
    expect(linesOf('alone-1')).toHaveLength(1);
    const [stored] = await eventually(async () => {
      const found = await storedOf('alone-1');
      return found.length > 0 && found;
    });
    expect(stored).toMatchObject({ actor: USER, network: '2001:db8:1:2::/64', createdAt: expect.any(Date) });
  });
});
