import { parseArgs } from 'node:util';
import { createRepositories } from '../compose-store';
import { readConfig } from '../config';
import { connectMongo } from '../infra/mongo';
import { openDeadLetters } from '../infra/rabbit-dead-letters';

const USAGE = `Shows the dead letters: jobs that took their worker down again and again.
  npm run dead-letters               what each is, and what became of the job
  npm run dead-letters -- --retry    puts them back into the queue, save those that name no job
  npm run dead-letters -- --discard  removes those that name no job`;

const JOB_ID = /^[0-9a-f]{24}$/;

const say = (text: string) => process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      retry: { type: 'boolean' },
      discard: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void say(USAGE);
  const { mongoUrl, amqpUrl, keyPrefix } = readConfig(process.env);
  if (!amqpUrl) throw new Error('AMQP_URL is needed: the dead letters are in RabbitMQ.');
  const mongo = await connectMongo(mongoUrl);
  const { jobs } = createRepositories(mongo.connection);
  const deadLetters = await openDeadLetters(amqpUrl, keyPrefix);
  const letters = await deadLetters.take();
  let [sent, discarded] = [0, 0];
  for (const letter of letters) {
    const id = letter.content.toString();
    if (!JOB_ID.test(id)) {
      // Sent again it would only come back.
      say(`${JSON.stringify(id.slice(0, 40))}  names no job; --discard removes it`);
      if (!values.discard) continue;
      deadLetters.discard(letter);
      discarded += 1;
      continue;
    }
    const job = await jobs.byId(id);
    say(
      job
        ? `${id}  ${job.type}  ${job.status}, begun ${job.attempts} times${job.error ? `: ${job.error}` : ''}`
        : `${id}  no job of this id is kept`,
    );
    if (!values.retry) continue;
    await deadLetters.sendAgain(letter);
    sent += 1;
  }
  await deadLetters.close();
  await mongo.close();
  const done = [values.retry && `${sent} in the queue again`, values.discard && `${discarded} removed`];
  say(`${[`${letters.length} dead letters`, ...done.filter(Boolean)].join(', ')}.`);
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  },
);
