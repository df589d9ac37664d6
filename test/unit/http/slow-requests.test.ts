import type { Request, Response } from 'express';
import { createSlowRequests } from '../../../src/http/server/slow-requests';
import { createBusyClock } from '../../../src/lib/busy-clock';
import type { Logger } from '../../../src/process/logger';

let now: number;
beforeEach(() => {
  now = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => jest.restoreAllMocks());

function setUp(thresholdMs: number) {
  const warn = jest.fn<void, [{ spent: Record<string, number> }, string]>();
  const clocks = { mongo: createBusyClock(), redis: createBusyClock() };
  const logger = { warn } as unknown as Logger;
  return { warn, clocks, slow: createSlowRequests({ thresholdMs, clocks, logger }) };
}

const originalUrl = '/tasks?token=abc';
const request = { id: 'request-1', method: 'POST', originalUrl, userId: 'ada', bodyMs: 100 } as Request;
const answer = (type: string) =>
  ({ statusCode: 200, locals: { path: '/tasks' }, getHeader: () => type }) as unknown as Response;

describe('the log of slow requests', () => {
  it('reports the parts of a slow request, and the rest', () => {
    const { warn, clocks, slow } = setUp(1_000);
    clocks.mongo.begins();
    now = 500;
    const before = slow.begins(now);
    now = 800;
    // Two at once are no longer than one.
    clocks.mongo.begins();
    clocks.mongo.ends();
    clocks.mongo.ends();
    now = 900;
    clocks.redis.begins();
    now = 950;
    slow.hashed('request-1', 400, 200);
    slow.hashed('request-2', 9_000, 9_000);
    slow.log(request, answer('application/json'), 2_000, before);
    expect(warn).toHaveBeenCalledWith(
      expect.objectContaining({
        req: { id: 'request-1', method: 'POST', url: '/tasks?token=…' },
        user: 'ada',
        route: '/tasks',
        ms: 2_000,
        spent: { body: 100, hashWait: 400, hash: 200, mongo: 300, redis: 50, other: 950 },
      }),
      'slow request',
    );
  });

  it('skips streams, and everything if disabled', () => {
    const { warn, slow } = setUp(1_000);
    slow.log(request, answer('text/event-stream'), 60_000, slow.begins(0));
    expect(warn).not.toHaveBeenCalled();
    expect([slow.isSlow(999), slow.isSlow(1_000), setUp(0).slow.isSlow(60_000)]).toEqual([
      false,
      true,
      false,
    ]);
  });
});
