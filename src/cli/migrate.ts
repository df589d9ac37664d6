import { parseArgs } from 'node:util';
import { readArguments, runCommand, say, UsageError } from './command';
import { withData } from './data-command';

const USAGE = `Brings the data in MongoDB up to this version, as a starting worker does.
  npm run migrate                what wasn't applied yet
  npm run migrate -- status      what is applied, and when
  npm run migrate -- down        takes back the one that was applied last, where it has a way back`;

runCommand(async () => {
  const { values, positionals } = readArguments('migrate', () =>
    parseArgs({ options: { help: { type: 'boolean', default: false } }, allowPositionals: true }),
  );
  const [action = 'up', ...more] = positionals;
  if (values.help) return say(USAGE);
  if (more.length > 0 || !['up', 'status', 'down'].includes(action))
    throw new UsageError('migrate', `It can't "${positionals.join(' ')}".`);
  await withData(async ({ migrations }) => {
    if (action === 'down') {
      const name = await migrations.down();
      return say(name ? `${name} is taken back.` : 'Nothing is applied.');
    }
    const before = await migrations.applied();
    if (action === 'up') await migrations.up();
    const all = await migrations.status();
    for (const { name, appliedAt } of all) {
      const isNew = action === 'up' && !before.includes(name);
      if (action === 'status' || isNew) say(`${name}  ${isNew ? 'applied' : appliedAt}`);
    }
    if (action === 'up' && before.length === all.length) say('Everything was applied already.');
  });
});
