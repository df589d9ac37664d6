import { composeWorker } from '../../../src/compose/worker';
import { createLogger } from '../../../src/process/logger';
import { createJobRepository } from '../../../src/jobs/job-repository';
import { testConfig } from '../../support/api';
import { eventually } from '../../support/wait';
import { use } from '../../support/use';
import { useMongo } from '../../support/use-api';

const mongo = useMongo();
beforeAll(async () => {
  const jobs = createJobRepository(mongo.connection);
  await jobs.prepare();
  const payload = { userId: 'a'.repeat(24), digest: 'd', replaces: '' };
  for (let count = 0; count < 3; count += 1)
    await mongo.transaction((session) =>
      jobs.create({ type: 'resize-avatar', payload, requestedBy: 'a'.repeat(24) }, session),
    );
  const minuteAgo = new Date(Date.now() - 60_000);
  await mongo.db.collection('jobs').updateOne({}, { $set: { createdAt: minuteAgo, publishAt: minuteAgo } });
});
const worker = use(
  () => composeWorker(testConfig(mongo.namespace), createLogger('silent', 'test')),
  ({ close }) => close(1_000),
);

const valueIn = (text: string, name: string) => {
  const found = new RegExp(`^${name.replace('{', '{(?:.*,)?')}.* (\\S+)$`, 'm').exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
};

describe('the metrics of jobs', () => {
  it('export 0 for each outcome from the start, so that the first failure is an increase', async () => {
    const text = await worker.metrics.text();
    for (const outcome of ['failed', 'retried', 'released', 'lost']) {
      const name = `taskfleet_job_duration_seconds_count{type="resize-avatar",outcome="${outcome}"`;
      expect([outcome, valueIn(text, name)]).toEqual([outcome, 0]);
    }
  });

  it('export what waits in MongoDB and for how long, and RabbitMQ once it is connected', async () => {
    const before = await worker.metrics.text();
    expect(valueIn(before, 'taskfleet_jobs{status="queued"')).toBe(3);
    expect(valueIn(before, 'taskfleet_jobs{status="running"')).toBe(0);
    expect(valueIn(before, 'taskfleet_outbox_jobs{')).toBe(3);
    for (const name of [
      'taskfleet_outbox_oldest_age_seconds{',
      'taskfleet_jobs_oldest_queued_age_seconds{',
    ]) {
      expect(valueIn(before, name)).toBeGreaterThanOrEqual(60);
      expect(valueIn(before, name)).toBeLessThan(90);
    }
    expect(valueIn(before, 'taskfleet_rabbit_connected{')).toBe(0);
    expect(valueIn(before, 'taskfleet_rabbit_messages{queue="jobs"')).toBeUndefined();

    await worker.start();
    const after = await eventually(async () => {
      const text = await worker.metrics.text();
      // The first look at the queue may take longer than the first jobs.
      const isMeasured = valueIn(text, 'taskfleet_rabbit_consumers{') === 1;
      return isMeasured && valueIn(text, 'taskfleet_outbox_jobs{') === 0 ? text : undefined;
    });
    expect(valueIn(after, 'taskfleet_rabbit_connected{')).toBe(1);
    expect(valueIn(after, 'taskfleet_rabbit_messages{queue="dead_letters"')).toBe(0);
  });
});
