import express from 'express';
import request from 'supertest';
import { createRecentRefusals } from '../../../src/admission/recent-refusals';
import { createRefusalLog } from '../../../src/admission/refusal-log';
import { createRefusals } from '../../../src/admission/refusals';
import { spreadSeconds } from '../../../src/lib/retry-after';
import { createLiveStats } from '../../../src/control/live-stats';
import { InternalError, OverloadError } from '../../../src/problems/errors';
import { createErrorHandler } from '../../../src/http/routing/error-handler';
import { requestContext } from '../../../src/http/server/request-context';
import { createRequestMetrics } from '../../../src/http/server/request-metrics';
import { createMetrics } from '../../../src/infra/metrics';
import type { Logger } from '../../../src/process/logger';

type Line = [object, string];

describe('the log of refusals', () => {
  const warn = jest.fn<void, Line>();
  beforeEach(() => {
    jest.useFakeTimers();
    warn.mockReset();
  });
  afterEach(() => jest.useRealTimers());
  const start = () => createRefusalLog({ warn } as unknown as Logger);

  it('sums thousands of refusals up in one line, at most every 10 s', () => {
    const log = start();
    for (let count = 0; count < 1_203; count++) log.add('write', 'wait');
    log.add('write', 'late');
    log.add('password', 'share');
    jest.advanceTimersByTime(9_900);
    expect(warn).not.toHaveBeenCalled();
    jest.advanceTimersByTime(100);
    expect(warn.mock.calls).toEqual([
      [
        { refused: { write: { wait: 1_203, late: 1 }, password: { share: 1 } }, seconds: 10 },
        expect.stringMatching(
          /^Refused 1,203 writes \(wait\), 1 writes \(late\), 1 passwords \(share\) in 10 s;/,
        ),
      ],
    ]);
  });

  it('starts again at 0 after a line, and logs nothing while nothing is refused', () => {
    const log = start();
    log.add('upload', 'disk');
    jest.advanceTimersByTime(60_000);
    expect(warn).toHaveBeenCalledTimes(1);
    log.add('uncached', 'wait');
    log.add('uncached', 'wait');
    jest.advanceTimersByTime(10_000);
    expect(warn.mock.calls[1]).toEqual([
      { refused: { uncached: { wait: 2 } }, seconds: 10 },
      expect.stringMatching(/^Refused 2 uncached reads \(wait\)/),
    ]);
  });

  it('logs what is left when the worker ends before the line is due', () => {
    const log = start();
    log.add('cached-read', 'late');
    log.flush();
    log.flush();
    jest.advanceTimersByTime(60_000);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]![1]).toContain('1 cached reads (late)');
  });
});

describe('the recent refusals', () => {
  let now: number;
  beforeEach(() => {
    now = 1_000_000;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
  });
  afterEach(() => jest.restoreAllMocks());

  it('report the rate of the last five whole seconds and the count of five minutes', () => {
    const { add, list } = createRecentRefusals();
    expect(list()).toEqual([]);
    for (let second = 0; second < 10; second++) {
      for (let count = 0; count < 20; count++) add('write', 'wait');
      if (second === 0) add('upload', 'late');
      now += 1_000;
    }
    expect(list()).toEqual([
      { class: 'write', reason: 'wait', perSecond: 20, count: 200 },
      { class: 'upload', reason: 'late', perSecond: 0, count: 1 },
    ]);
    now += 60_000;
    expect(list()[0]).toEqual({ class: 'write', reason: 'wait', perSecond: 0, count: 200 });
    now += 300_000;
    expect(list()).toEqual([]);
  });
});

describe('a request that is refused for overload', () => {
  const line = jest.fn<void, [level: string, outcome: string]>();
  const logger = Object.fromEntries(
    ['info', 'error'].map((level) => [level, (_line: object, text: string) => line(level, text)]),
  ) as unknown as Logger;
  const accessLog = Object.assign(logger, { isLevelEnabled: () => true });
  const log = jest.fn();
  const slow = { begins: () => ({ mongo: 0, redis: 0 }), isSlow: () => true, hashed: () => {}, log };
  const metrics = createMetrics({ host: 'web-1', worker: 'api-0' });
  const live = createLiveStats({ lateMs: () => 0, refused: () => [] });
  const count = createRequestMetrics(metrics);

  const app = express();
  app.use(
    requestContext({
      accessLog,
      countRequest: (...answer) => {
        count(...answer);
        live.record(...answer);
      },
      slow,
      worker: undefined,
      isShared: false,
    }),
  );
  app.get('/fine', (_request, response) => void response.end());
  app.get('/refused', () => {
    throw new OverloadError('Too many requests wait. The request had no effect.', spreadSeconds(3));
  });
  app.get('/broken', () => {
    throw new InternalError('It broke.');
  });
  app.use(createErrorHandler(() => false, logger));
  beforeEach(() => jest.clearAllMocks());

  it('is logged in one line of level info, and a failure in two of level error', async () => {
    await request(app).get('/refused').expect(503);
    expect(line.mock.calls).toEqual([['info', 'request refused']]);
    expect(log).not.toHaveBeenCalled();
    line.mockReset();
    await request(app).get('/broken').expect(500);
    expect(line.mock.calls).toEqual([
      ['error', 'request failed'],
      ['error', 'request failed'],
    ]);
    expect(log).toHaveBeenCalledTimes(1);
  });

  it('is marked in the metrics, and counts as neither an error nor a latency on the live page', async () => {
    const { failed, total } = live.snapshot();
    for (const [place, status] of [
      ['/fine', 200],
      ['/refused', 503],
      ['/broken', 500],
    ] as const)
      await request(app).get(place).expect(status);
    const after = live.snapshot();
    expect([after.failed - failed, after.total - total]).toEqual([1, 3]);
    expect(after.recent.slice(-3).map(({ isRefused }) => isRefused)).toEqual([false, true, false]);
    const text = await metrics.text();
    expect(text).toMatch(/^http_request_duration_seconds_count{.*status="503",refused="true"} \d+$/m);
    expect(text).toMatch(/^http_request_duration_seconds_count{.*status="500"} \d+$/m);
    expect(text).not.toMatch(/status="503"}/);
  });

  it('does not hide the latency of other requests on the live page', () => {
    const stats = createLiveStats({ lateMs: () => 0, refused: () => [] });
    for (let number = 0; number < 90; number++) stats.record('POST', '/tasks', 503, 0.001, true);
    for (let number = 0; number < 10; number++) stats.record('POST', '/tasks', 201, 0.4, false);
    expect(stats.snapshot()).toMatchObject({ p50Ms: 400, failed: 0, total: 100 });
  });
});

describe('the counter of refusals', () => {
  it('exports each known class and reason from the start, and passes each refusal on', async () => {
    const metrics = createMetrics({ host: 'web-1', worker: 'api-0' });
    const listener = jest.fn();
    const refused = createRefusals(metrics, listener);
    const value = async (worth: string, reason: string) =>
      new RegExp(
        `^taskfleet_requests_refused_total{class="${worth}",reason="${reason}",.*} (\\d+)$`,
        'm',
      ).exec(await metrics.text())?.[1];
    expect(await value('write', 'wait')).toBe('0');
    expect(await value('password', 'share')).toBe('0');
    refused('write', 'wait');
    // It counts unknown combinations too.
    refused('uncached', 'disk');
    expect([await value('write', 'wait'), await value('uncached', 'disk')]).toEqual(['1', '1']);
    expect(listener.mock.calls).toEqual([
      ['write', 'wait'],
      ['uncached', 'disk'],
    ]);
  });
});
