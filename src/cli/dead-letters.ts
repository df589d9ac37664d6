import { parseArgs } from 'node:util';
import { composeDeadLetters } from '../compose-jobs';
import { createRepositories } from '../compose-store';
import { readProcessConfig } from '../config';
import { connectMongo } from '../infra/mongo';
import { readArguments, runCommand, say, UsageError } from './command';

const USAGE = `Shows the dead letters: messages that took their job worker down again and again.
  npm run dead-letters                 what each is, and what became of the job
  npm run dead-letters -- --retry      failed jobs among them are tried again; what is no job's stays
  npm run dead-letters -- --discard    failed jobs among them are given up; nothing stays`;

async function main(): Promise<void> {
  const flag = { type: 'boolean' } as const;
  const { values } = readArguments('dead-letters', () =>
    parseArgs({ options: { retry: flag, discard: flag, help: flag } }),
  );
  if (values.help) return say(USAGE);
  if (values.retry && values.discard) throw new UsageError('dead-letters', 'Either --retry or --discard.');
  const config = readProcessConfig(process.env);
  if (!config.amqpUrl) throw new Error('AMQP_URL is needed: the dead letters are in RabbitMQ.');
  const mongo = await connectMongo(config.mongoUrl);
  const deadLetters = composeDeadLetters(config.amqpUrl, config.keyPrefix, {
    ...createRepositories(mongo.connection),
    mongo,
  });
  if (values.retry || values.discard) {
    const { retried, discarded, over, kept } = await deadLetters.settle(values.retry ? 'retry' : 'discard');
    const parts = [
      `${retried + discarded} ${values.retry ? 'tried again' : 'discarded'}`,
      `${over} of jobs that wait, run or are over: dropped`,
      ...(kept > 0 ? [`${kept} stay, since no job can be made of them: --discard`] : []),
    ];
    say(`Dead letters: ${parts.join('; ')}.`);
  } else {
    const letters = await deadLetters.list();
    for (const { id, job } of letters)
      say(
        job
          ? `${id}  ${job.type}  ${job.status}, begun ${job.attempts} times${job.error ? `: ${job.error}` : ''}`
          : `${JSON.stringify(id.slice(0, 40))}  no job of this id is kept`,
      );
    say(`${letters.length} dead letter${letters.length === 1 ? '' : 's'}.`);
  }
  await mongo.close();
}

runCommand(main);
