import { startWorker } from '../../support/api';
import { useMongo } from '../../support/use-api';

const mongo = useMongo();

it('is not ready and can not be resumed once it stops', async () => {
  const { close, intake, health } = await startWorker(mongo.namespace);
  const closed = close(1_000);
  expect(intake.isDraining()).toBe(true);
  await expect(intake.resume()).rejects.toThrow('This job worker stops');
  expect((await health.report()).isReady).toBe(false);
  await closed;
});
