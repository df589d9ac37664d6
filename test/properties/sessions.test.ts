import assert from 'node:assert/strict';
import fc from 'fast-check';
import { keyOf } from '../../src/keys/key-list';
import { fixedKeys } from '../../src/keys/key-ring';
import { createSuccessors } from '../../src/sessions/refresh-token';
import type { Grant } from '../../src/sessions/open-session';
import { createSessionService, GRACE_MS } from '../../src/sessions/session-service';
import { createMemorySessions } from '../support/memory-sessions';
import { propertyRuns } from '../support/property-runs';

const USER = { _id: '0123456789abcdef01234567', role: 'worker' as const };
const CLIENT = { address: '127.0.0.1', requestId: 'test', userAgent: 'test' };
const DAY_MS = 86_400_000;
/** The longest step: all steps of the largest round and its repetition together are shorter than the grace. */
const MOST_STEP_MS = 700;
const MOST_AT_ONCE = 5;

const [OLD, NEW] = [keyOf('o'.repeat(32)), keyOf('n'.repeat(32))];
/** Workers in the middle of a rotation of the keys: each knows both, and they sign with different ones. */
const RINGS = [
  [OLD, { ...NEW, isNext: true }],
  [NEW, { ...OLD, until: Date.now() + DAY_MS }],
  [NEW, OLD],
];

const request = fc.record({ worker: fc.nat(RINGS.length - 1), isLost: fc.boolean() });
/** Requests that tabs, a proxy or a retry send with one refresh token, after a pause longer than the grace. */
const round = fc.record({
  /** Whether the user changes the password in this session meanwhile. */
  isChanged: fc.boolean(),
  pauseMs: fc.integer({ min: GRACE_MS + 1, max: 20 * DAY_MS }),
  requests: fc.array(request, { minLength: 1, maxLength: MOST_AT_ONCE }),
});
type Round = typeof round extends fc.Arbitrary<infer T> ? T : never;

/** Sets up workers that share their sessions; the scheduler decides which step of which request is the next. */
function setUp(scheduler: fc.Scheduler, stepMs: () => number) {
  const clock = { now: Date.parse('2026-11-27T00:00:00Z') };
  const step = scheduler.scheduleFunction(async (_name: string, work: () => unknown) => {
    clock.now += stepMs();
    return work();
  });
  const user = { ...USER, authVersion: 0 };
  const { repository, all } = createMemorySessions(
    <T>(name: string, work: () => T) => step(name, work) as Promise<T>,
  );
  const workers = RINGS.map((keys) =>
    createSessionService({
      sessions: repository,
      users: { byId: () => step('user', () => ({ ...user })), hold: async () => true } as never,
      successors: createSuccessors(fixedKeys(keys)),
      transaction: (work) => work({} as never),
      board: { post: async () => {}, announce: async () => {} },
      audit: { record: async () => {} },
      tokens: { ttlMs: 60_000, grant: () => ({ token: 'token', expiresAt: new Date(clock.now + 60_000) }) },
      idleMs: 30 * DAY_MS,
      mostMs: 3_650 * DAY_MS,
      now: () => clock.now,
    }),
  );
  /** Every token that was ever sent, with all that was given for it. */
  const successors = new Map<string, Set<string>>();
  async function renew(worker: number, token: string): Promise<string | undefined> {
    const renewed = await workers[worker]!.renew(token, CLIENT).catch(
      (error: Error & { status?: number }) => {
        assert.equal(error.status, 401, error.message);
        return undefined;
      },
    );
    const next = renewed?.grant.refreshToken;
    if (next) successors.set(token, (successors.get(token) ?? new Set()).add(next));
    return next;
  }
  /** Commits a change of the password that keeps the session: both records change in one step. */
  const changePassword = () =>
    step('change', () => {
      user.authVersion += 1;
      for (const session of all.values()) session.authVersion = user.authVersion;
    });
  const open = async (): Promise<Grant> => (await workers[0]!.open(user, CLIENT))!;
  return { clock, all, renew, successors, changePassword, open };
}

type Sessions = ReturnType<typeof setUp>;

/** Sends the requests of a round together, and one more if all answers were lost. Returns all answers that arrived. */
async function play(
  scheduler: fc.Scheduler,
  { clock, renew, changePassword }: Sessions,
  token: string,
  round: Round,
) {
  clock.now += round.pauseMs;
  const requests = round.requests.map(async ({ worker, isLost }) => ({
    isLost,
    next: await renew(worker, token),
  }));
  const changed = round.isChanged && changePassword();
  const [answers] = await scheduler.waitFor(Promise.all([Promise.all(requests), changed]));
  const arrived = answers.filter(({ isLost }) => !isLost).map(({ next }) => next);
  return arrived.length > 0 ? arrived : [await scheduler.waitFor(renew(0, token))];
}

const setting = fc.record({
  rounds: fc.array(round, { minLength: 1, maxLength: 6 }),
  steps: fc.infiniteStream(fc.nat(MOST_STEP_MS)),
});
const stepsOf =
  ({ steps }: { steps: Iterator<number> }) =>
  () =>
    steps.next().value as number;

const runs = propertyRuns(1_000, 20_000);

describe('a session', () => {
  it('never has two successors of one token, and never ends for an honest client', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), setting, async (scheduler, { rounds, ...rest }) => {
        const sessions = setUp(scheduler, stepsOf(rest));
        let { refreshToken } = await scheduler.waitFor(sessions.open());
        for (const round of rounds) {
          const answers = await play(scheduler, sessions, refreshToken, round);
          assert.deepEqual([...new Set(answers)], [...sessions.successors.get(refreshToken)!]);
          assert.equal(new Set(answers).size, 1);
          refreshToken = answers[0]!;
        }
        assert.equal(sessions.all.size, 1);
      }),
      runs,
    );
  });

  it('ends for thief and owner once both have used tokens of it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        setting,
        fc.nat(),
        fc.nat(),
        async (scheduler, { rounds, ...rest }, first, second) => {
          const sessions = setUp(scheduler, stepsOf(rest));
          const [one, other] = [first % rounds.length, second % rounds.length];
          const [stolenIn, usedIn] = [Math.min(one, other), Math.max(one, other)];
          let { refreshToken } = await scheduler.waitFor(sessions.open());
          let stolen = '';
          let hasEnded = false;
          for (const [index, round] of rounds.entries()) {
            if (index === stolenIn) stolen = refreshToken;
            if (index === usedIn) {
              sessions.clock.now += GRACE_MS + 1;
              const got = await scheduler.waitFor(sessions.renew(1, stolen));
              hasEnded = usedIn > stolenIn;
              assert.equal(got === undefined, hasEnded);
            }
            // The thief was first: the owner's token is too old once the grace is over.
            const isLate: boolean = index === usedIn && !hasEnded;
            const answers = await play(scheduler, sessions, refreshToken, round);
            hasEnded ||= isLate;
            if (hasEnded) assert.deepEqual([...new Set(answers)], [undefined]);
            refreshToken = answers[0] ?? refreshToken;
          }
          assert.equal(sessions.all.size, hasEnded ? 0 : 1);
          for (const [token, found] of sessions.successors) assert.equal(found.size, 1, token);
        },
      ),
      runs,
    );
  });
});
