import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '../../../src/process/logger';
import { ofSession, ofUser } from '../../../src/notices/endings';
import { createNoticeBoard, type NoticeBoard } from '../../../src/notices/notice-board';
import { noticeModel } from '../../../src/notices/notice-model';
import { createNoticeRepository, type NoticeRepository } from '../../../src/notices/notice-repository';
import { eventually } from '../../support/wait';
import { use } from '../../support/use';
import { useMongo } from '../../support/use-api';

const mongo = useMongo();
const logger = createLogger('silent', 'test');
/** Longer than the overlap that a board rereads. */
const OVERLAP_MS = 2_700;
const notices = use(() => createNoticeRepository(mongo.connection));
/** Number of notices that each look of `board` read. */
let reads: number[];
let board: NoticeBoard;

beforeAll(() => notices.prepare());
beforeEach(async () => {
  reads = [];
  const changedSince: NoticeRepository['changedSince'] = async (time, limit) => {
    const found = await notices.changedSince(time, limit);
    reads.push(found.length);
    return found;
  };
  board = createNoticeBoard({ ...notices, changedSince }, logger);
  await board.start();
});
afterEach(async () => {
  board.stop();
  await noticeModel(mongo.connection).deleteMany({});
});

const inAnHour = () => new Date(Date.now() + 3_600_000);
const revoke = (userId: string) => mongo.transaction((session) => board.revoke(userId, inAnHour(), session));

describe('the notice board', () => {
  it('knows a revocation on every worker once it is announced', async () => {
    const other = createNoticeBoard(notices, logger);
    await other.start();
    await revoke('ada');
    await board.revokedEverywhere('ada');
    expect(await board.isRevoked({ id: 'ada' })).toBe(true);
    expect(await other.isRevoked({ id: 'ada' })).toBe(true);
    expect(await other.isRevoked({ id: 'bob' })).toBe(false);
    other.stop();
  });

  it('ends the tokens of one session, and no others of its user', async () => {
    const other = createNoticeBoard(notices, logger);
    await other.start();
    const endings = [{ _id: ofSession('one'), until: inAnHour() }];
    await mongo.transaction((txn) => board.post(endings, txn));
    await board.announce(endings);
    for (const one of [board, other]) {
      await eventually(() => one.isRevoked({ id: 'ada', sessionId: 'one', authVersion: 1 }) === true);
      expect(await one.isRevoked({ id: 'ada', sessionId: 'other' })).toBe(false);
      expect(await one.isRevoked({ id: 'ada' })).toBe(false);
    }
    other.stop();
  });

  it('ends all tokens of a user with a lower version, also after a notice with a lower one', async () => {
    const restarted = createNoticeBoard(notices, logger);
    const ending = (least: number) => ({ _id: ofUser('ada'), until: inAnHour(), least });
    for (const least of [3, 2]) {
      await mongo.transaction((txn) => board.post([ending(least)], txn));
      await board.announce([ending(least)]);
    }
    await restarted.start();
    for (const one of [board, restarted]) {
      expect(await one.isRevoked({ id: 'ada' })).toBe(true);
      expect(await one.isRevoked({ id: 'ada', authVersion: 2, sessionId: 'any' })).toBe(true);
      expect(await one.isRevoked({ id: 'ada', authVersion: 3 })).toBe(false);
      expect(await one.isRevoked({ id: 'bob' })).toBe(false);
    }
    restarted.stop();
  });

  it('asks MongoDB about every token while its last look is too old', async () => {
    const asked: string[][] = [];
    const inForceAmong: NoticeRepository['inForceAmong'] = async (ids) => {
      asked.push(ids);
      return notices.inForceAmong(ids);
    };
    // Was never started, like a worker that slept.
    const stale = createNoticeBoard({ ...notices, inForceAmong }, logger);
    const endings = [{ _id: ofUser('ada'), until: inAnHour(), least: 2 }];
    await mongo.transaction((txn) => board.post(endings, txn));
    await board.announce(endings);
    expect(await stale.isRevoked({ id: 'ada', authVersion: 1, sessionId: 'one' })).toBe(true);
    expect(await stale.isRevoked({ id: 'ada', authVersion: 2 })).toBe(false);
    expect(asked).toEqual([
      ['revoked:ada', 'user:ada', 'session:one'],
      ['revoked:ada', 'user:ada'],
    ]);
  });

  it('reads on after more notices of one moment than fit into a page', async () => {
    const changedAt = new Date();
    const many = Array.from({ length: 21_000 }, (_, i) => ({
      _id: `revoked:user-${i}`,
      until: inAnHour(),
      changedAt,
    }));
    await noticeModel(mongo.connection).insertMany(many);
    await eventually(() =>
      many.every(({ _id }) => board.isRevoked({ id: _id.slice('revoked:'.length) }) === true),
    );
    await revoke('after-them');
    await board.revokedEverywhere('after-them');
    expect(await board.isRevoked({ id: 'after-them' })).toBe(true);
    await eventually(() => board.cacheEpoch() !== undefined);
  });

  it('rereads nothing on a quiet board', async () => {
    await revoke('ada');
    await board.revokedEverywhere('ada');
    expect(Math.max(...reads)).toBeGreaterThan(0);
    await sleep(OVERLAP_MS);
    reads = [];
    await eventually(() => reads.length >= 3);
    expect(reads.slice(1)).toEqual(reads.slice(1).map(() => 0));
  });

  it('finds a notice that was committed long after later ones', async () => {
    await mongo.transaction(async (session) => {
      await board.revoke('late', inAnHour(), session);
      await revoke('early');
      await board.revokedEverywhere('early');
      await sleep(OVERLAP_MS);
      expect(await board.isRevoked({ id: 'late' })).toBe(false);
    });
    await board.revokedEverywhere('late');
    await eventually(() => board.isRevoked({ id: 'late' }) === true);
  });

  it('finds a notice whose poster died between the commit and the announcement', async () => {
    await mongo.transaction(async (session) => {
      await board.revoke('orphan', inAnHour(), session);
      await revoke('later');
      await board.revokedEverywhere('later');
      await sleep(OVERLAP_MS);
    });
    await eventually(() => board.isRevoked({ id: 'orphan' }) === true);
  });

  it('announces again if MongoDB took too long, and gives up if it always does', async () => {
    let slow = 1;
    let announced = 0;
    const announce = async (ids: string[]) => {
      announced += 1;
      if (slow-- > 0) await sleep(600);
      await notices.announce(ids);
    };
    const slowly = createNoticeBoard({ ...notices, announce }, logger);
    await slowly.revokedEverywhere('ada');
    expect(announced).toBe(2);
    slow = Infinity;
    await expect(slowly.revokedEverywhere('ada')).rejects.toThrow('too slow');
  });

  it('asks MongoDB about notices it has no room for', async () => {
    const page = (count: number, from: number) =>
      Array.from({ length: count }, (_, i) => ({
        _id: `revoked:${from + i}`,
        until: inAnHour(),
        changedAt: new Date(1_000 + from + i),
      }));
    let from = 0;
    const crowded = createNoticeBoard(
      {
        ...notices,
        changedSince: async (_time, limit) => {
          const found = page(Math.min(limit, Math.max(0, 200_001 - from)), from);
          from += found.length;
          return found;
        },
        inForceAmong: async (ids) =>
          ids.includes('revoked:200000')
            ? [{ _id: 'revoked:200000', until: inAnHour(), changedAt: inAnHour() }]
            : [],
      },
      logger,
    );
    await crowded.start();
    // The first look may have outlasted its own freshness; the board is then sure of nothing until the next.
    await eventually(() => crowded.isRevoked({ id: '0' }) === true);
    expect(crowded.isRevoked({ id: 'nobody' })).toBeInstanceOf(Promise);
    expect(await crowded.isRevoked({ id: 'nobody' })).toBe(false);
    expect(await crowded.isRevoked({ id: '200000' })).toBe(true);
    crowded.stop();
  });
});
