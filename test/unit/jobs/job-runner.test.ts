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
  const metrics = createJobMetrics(createMetrics({ host: 'web-1', worker: 'test' }), ['resize-avatar']);
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

  it('ignores a message whose job has ended or is held by another worker', async () => {
    const run = jest.fn();
    const { runner, jobs } = setUp(run);
    jobs.claim.mockResolvedValue(null);
    expect(await runner.run(ID)).toBe('ack');
    expect(run).not.toHaveBeenCalled();
  });

  it('puts a failed attempt back with growing delays, and the last one among the dead letters', async () => {
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

  it('does not retry what cannot succeed, and reports why', async () => {
    const { runner, jobs, failed } = setUp(async () => {
      throw new UnrecoverableError('no picture');
    });
    expect(await runner.run(ID)).toBe('ack');
    expect(jobs.fail).toHaveBeenCalledWith(ID, expect.any(String), 'no picture', expect.anything(), true);
    expect(failed).toHaveBeenCalledWith(ID, null, expect.anything());
  });

  it('keeps the input of a job that crashed its workers, for a retry by an Admin', async () => {
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

  it('leaves a job alone that another worker took over', async () => {
    const { runner, jobs } = setUp(async () => async () => ({}));
    jobs.finish.mockResolvedValue(false);
    expect(await runner.run(ID)).toBe('ack');
    expect(jobs.putBack).not.toHaveBeenCalled();
    expect(jobs.fail).not.toHaveBeenCalled();
  });

  it('does not run a job again that crashed its worker each time', async () => {
    const run = jest.fn();
    const { runner, jobs } = setUp(run, 6);
    expect(await runner.run(ID)).toBe('dead-letter');
    expect(run).not.toHaveBeenCalled();
    expect(jobs.fail).toHaveBeenCalled();
  });

  it('dead-letters a message that is no job id, and requeues one that arrives while it stops', async () => {
    const { runner, jobs } = setUp(jest.fn());
    expect(await runner.run('hello')).toBe('dead-letter');
    runner.stop();
    expect(await runner.run(ID)).toBe('requeue');
    expect(jobs.claim).not.toHaveBeenCalled();
  });
});
