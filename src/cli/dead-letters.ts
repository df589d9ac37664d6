import { parseArgs } from 'node:util';
import { createRepositories } from '../compose-store';
import { readConfig } from '../config';
import { connectMongo } from '../infra/mongo';
import { openDeadLetters } from '../infra/rabbit-dead-letters';
import { runCommand, say } from './command';

const USAGE = `Shows the dead letters: jobs that took their worker down again and again.
  npm run dead-letters               what each is, and what became of the job
  npm run dead-letters -- --retry    puts them back into the queue`;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { retry: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help) return say(USAGE);
  const { mongoUrl, amqpUrl, keyPrefix } = readConfig(process.env);
  if (!amqpUrl) throw new Error('AMQP_URL is needed: the dead letters are in RabbitMQ.');
  const mongo = await connectMongo(mongoUrl);
  const { jobs } = createRepositories(mongo.connection);
  const deadLetters = await openDeadLetters(amqpUrl, keyPrefix);
  const letters = await deadLetters.take();
  for (const letter of letters) {
    const id = letter.content.toString();
    const job = /^[0-9a-f]{24}$/.test(id) ? await jobs.byId(id) : null;
    say(
      job
        ? `${id}  ${job.type}  ${job.status}, begun ${job.attempts} times${job.error ? `: ${job.error}` : ''}`
        : `${id.slice(0, 40)}  no job of this id is kept`,
    );
    if (values.retry) await deadLetters.sendAgain(letter);
  }
  await deadLetters.close();
  await mongo.close();
  say(`${letters.length} dead letters${values.retry ? ', all in the queue again' : ''}.`);
}

runCommand(main);
