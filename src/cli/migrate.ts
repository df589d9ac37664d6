import { commands } from '../command-line/commands';
import { runCommand, say } from './command';
import { withData } from './data-command';

runCommand(commands.migrate, async ({ positionals: [action = 'up'] }) => {
  await withData(async ({ migrations }) => {
    if (action === 'down') {
      const name = await migrations.down();
      return say(name ? `${name} is reverted.` : 'No migration is applied.');
    }
    const before = await migrations.applied();
    if (action === 'up') await migrations.up();
    const all = await migrations.status();
    for (const { name, appliedAt } of all) {
      const isNew = action === 'up' && !before.includes(name);
      if (action === 'status' || isNew) say(`${name}  ${isNew ? 'applied' : appliedAt}`);
    }
    if (action === 'up' && before.length === all.length) say('All migrations were applied already.');
  });
});
