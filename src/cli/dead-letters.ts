import { commands } from '../command-line/commands';
import { UsageError } from '../command-line/convention';
import { composeDeadLetters } from '../compose/jobs';
import { createRepositories } from '../compose/store';
import { readProcessConfig } from '../config';
import { connectMongo } from '../infra/mongo/mongo';
import { runCommand, say } from './command';

runCommand(commands['dead-letters'], async ({ values }) => {
  if (values.retry && values.discard) throw new UsageError('Use either --retry or --discard, not both.');
  const config = readProcessConfig(process.env);
  if (!config.rabbit) throw new Error('AMQP_URL is required: the dead letters are in RabbitMQ.');
  const mongo = await connectMongo(config.mongoUrl);
  const deadLetters = composeDeadLetters(config.rabbit, config.keyPrefix, {
    ...createRepositories(mongo.connection),
    mongo,
  });
  if (values.retry || values.discard) {
    const { retried, discarded, over, kept } = await deadLetters.settle(values.retry ? 'retry' : 'discard');
    const parts = [
      `${retried + discarded} ${values.retry ? 'retried' : 'discarded'}`,
      `${over} dropped, whose jobs are waiting, running or done`,
      ...(kept > 0 ? [`${kept} kept, because they can only be discarded (--discard)`] : []),
    ];
    say(`Dead letters: ${parts.join('; ')}.`);
  } else {
    const letters = await deadLetters.list();
    for (const { id, job } of letters)
      say(
        job
          ? `${id}  ${job.type}  ${job.status}, ${job.attempts} attempts${job.error ? `: ${job.error}` : ''}`
          : `${JSON.stringify(id.slice(0, 40))}  has no job`,
      );
    say(`${letters.length} dead letter${letters.length === 1 ? '' : 's'}.`);
  }
  await mongo.close();
});
