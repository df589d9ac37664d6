import { createLogger } from '../../../src/process/logger';
import { UnrecoverableError, type JobHandlers } from '../../../src/jobs/job-handler';
import type { JobRecord, JobRepository } from '../../../src/jobs/job-repository';
import { createJobMetrics } from '../../../src/jobs/job-metrics';
import { createMetrics } from '../../../src/infra/metrics';
import { createJobRunner } from '../../../src/jobs/job-runner';

const ID = 'a'.repeat(24);

function setUp(run: JobHandlers['resize-avatar']['run'], attempts = 1) {
  const job = { _id: ID, type: 'resize-avatar', payload: {}, attempts } as unknown as JobRecord;
  const jobs = {
    claim: jest.fn(async () => job as JobRecord | null),
    renew: jest.fn(async () => true),
    finish: jest.fn(async () => true),
    fail: jest.fn(async () => new Date()),
    putBack: jest.fn(async () => {}),
    release: jest.fn(async () => {}),
  };
  const failed = jest.fn(async () => {});
  const metrics = createJobMetrics(createMetrics('test'), ['resize-avatar']);
  const runner = createJobRunner({
    jobs: jobs as unknown as JobRepository,
    handlers: { 'resize-avatar': { run, failed } },
    transaction: (work) => work({} as never),
    metrics,
    logger: createLogger('silent', 'test'),
  });
  return { runner, jobs, failed, ended: () => metrics.snapshot().ended };
}

describe('the job runner', () => {
  it('commits the effect together with the end of the job', async () => {
    const { runner, jobs } = setUp(async () => async () => ({ made: 1 }));
    expect(await runner.run(ID)).toBe('ack');
    expect(jobs.finish).toHaveBeenCalledWith(ID, expect.any(String), { made: 1 }, expect.anything());
  });

  it('does nothing for a message whose job is over or held by another', async () => {
    const run = jest.fn();
    const { runner, jobs } = setUp(run);
    jobs.claim.mockResolvedValue(null);
    expect(await runner.run(ID)).toBe('ack');
    expect(run).not.toHaveBeenCalled();
  });

  it('puts an attempt that failed back, later each time, and the last one with the dead letters', async () => {
    const boom = async () => {
      throw new Error('boom');
    };
    const delays: number[] = [];
    for (const attempt of [1, 2, 3, 4]) {
      const { runner, jobs } = setUp(boom, attempt);
      expect(await runner.run(ID)).toBe('ack');
      delays.push((jobs.putBack.mock.calls[0] as unknown[])[2] as number);
    }
    expect(delays).toEqual([...delays].sort((a, b) => a - b));
    const { runner, jobs, failed } = setUp(boom, 5);
    expect(await runner.run(ID)).toBe('dead-letter');
    expect(jobs.fail).toHaveBeenCalledWith(
      ID,
      expect.any(String),
      expect.not.stringContaining('boom'),
      expect.anything(),
      false,
    );
    expect(failed).toHaveBeenCalledWith(ID, expect.any(Date), expect.anything());
  });

  it("doesn't try again what can't succeed, and tells why", async () => {
    const { runner, jobs, failed } = setUp(async () => {
      throw new UnrecoverableError('no picture');
    });
    expect(await runner.run(ID)).toBe('ack');
    expect(jobs.fail).toHaveBeenCalledWith(ID, expect.any(String), 'no picture', expect.anything(), true);
    expect(failed).toHaveBeenCalledWith(ID, null, expect.anything());
  });

  it('keeps what a job works on that took its workers down, for a retry by an Admin', async () => {
    const { runner, jobs, failed } = setUp(async () => async () => ({}), 6);
    expect(await runner.run(ID)).toBe('dead-letter');
    expect(jobs.fail).toHaveBeenCalledWith(
      ID,
      expect.any(String),
      expect.any(String),
      expect.anything(),
      false,
    );
    expect(failed).toHaveBeenCalledWith(ID, expect.any(Date), expect.anything());
  });

  it('leaves a job alone that became another worker’s', async () => {
    const { runner, jobs } = setUp(async () => async () => ({}));
    jobs.finish.mockResolvedValue(false);
    expect(await runner.run(ID)).toBe('ack');
    expect(jobs.putBack).not.toHaveBeenCalled();
    expect(jobs.fail).not.toHaveBeenCalled();
  });

  it("doesn't run a job again that took its worker down each time", async () => {
    const run = jest.fn();
    const { runner, jobs } = setUp(run, 6);
    expect(await runner.run(ID)).toBe('dead-letter');
    expect(run).not.toHaveBeenCalled();
    expect(jobs.fail).toHaveBeenCalled();
  });

  it('puts aside a message that is no job’s id, and hands on one that comes while it stops', async () => {
    const { runner, jobs } = setUp(jest.fn());
    expect(await runner.run('hello')).toBe('dead-letter');
    runner.stop();
    expect(await runner.run(ID)).toBe('requeue');
    expect(jobs.claim).not.toHaveBeenCalled();
  });
});
