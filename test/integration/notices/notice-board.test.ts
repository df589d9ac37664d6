import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '../../../src/process/logger';
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
    expect(await board.isRevoked('ada')).toBe(true);
    expect(await other.isRevoked('ada')).toBe(true);
    expect(await other.isRevoked('bob')).toBe(false);
    other.stop();
  });

  it('reads on after more notices of one moment than fit into a page', async () => {
    const changedAt = new Date();
    const many = Array.from({ length: 21_000 }, (_, i) => ({
      _id: `revoked:user-${i}`,
      until: inAnHour(),
      changedAt,
    }));
    await noticeModel(mongo.connection).insertMany(many);
    await eventually(() => many.every(({ _id }) => board.isRevoked(_id.slice('revoked:'.length)) === true));
    await revoke('after-them');
    await board.revokedEverywhere('after-them');
    expect(await board.isRevoked('after-them')).toBe(true);
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
      expect(await board.isRevoked('late')).toBe(false);
    });
    await board.revokedEverywhere('late');
    await eventually(() => board.isRevoked('late') === true);
  });

  it('finds a notice whose poster died between the commit and the announcement', async () => {
    await mongo.transaction(async (session) => {
      await board.revoke('orphan', inAnHour(), session);
      await revoke('later');
      await board.revokedEverywhere('later');
      await sleep(OVERLAP_MS);
    });
    await eventually(() => board.isRevoked('orphan') === true);
  });

  it('announces again if MongoDB took too long, and gives up if it always does', async () => {
    let slow = 1;
    let announced = 0;
    const announce = async (id: string) => {
      announced += 1;
      if (slow-- > 0) await sleep(600);
      await notices.announce(id);
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
        holds: async (id) => id === 'revoked:200000',
      },
      logger,
    );
    await crowded.start();
    // The first look may have outlasted its own freshness; the board is then sure of nothing until the next.
    await eventually(() => crowded.isRevoked('0') === true);
    expect(crowded.isRevoked('nobody')).toBeInstanceOf(Promise);
    expect(await crowded.isRevoked('nobody')).toBe(false);
    expect(await crowded.isRevoked('200000')).toBe(true);
    crowded.stop();
  });
});
