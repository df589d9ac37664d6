import { wholeNumber } from '../command-line/arguments';
import { commands } from '../command-line/commands';
import { UsageError } from '../command-line/convention';
import { seedData } from '../seed/seed-data';
import { userAt } from '../seed/made-up';
import { newPassword } from '../users/password';
import { runCommand, say, untilInterrupted } from './command';
import { withBar, withData } from './data-command';

const PASSWORD = 'correct horse of seeds';

runCommand(commands.seed, async ({ values }) => {
  const count = {
    users: wholeNumber('--users', values.users, 1, 100_000),
    tasks: wholeNumber('--tasks', values.tasks, 0, 1_000_000),
  };
  const seed = wholeNumber('--seed', values.seed, 0, 999_999);
  const { data: password, error } = newPassword.safeParse(values.password ?? PASSWORD);
  if (error) throw new UsageError(`--password: ${error.issues[0]!.message}`);
  const signal = untilInterrupted();

  await withData(async ({ prepare, hashPool, users, tasks, listsChanged }) => {
    await prepare();
    const passwordHash = await hashPool.hash(password);
    const added = await withBar((onProgress) =>
      seedData({ users, tasks, passwordHash, seed, count, onProgress, signal }),
    ).catch(async (error: unknown) => {
      if (!signal.aborted) throw error;
      await listsChanged();
      throw new Error('Interrupted. The same command continues from here.');
    });
    await listsChanged();
    const were = { users: count.users - added.users, tasks: count.tasks - added.tasks };
    say(
      `Added ${added.users} users and ${added.tasks} tasks; ${were.users} and ${were.tasks} existed before.`,
    );
    say(
      `Log in as ${userAt(seed, 0, '').email} with the password: ${describePassword(were.users, password)}`,
    );
  });
});

/** Users who existed before keep their password. */
const describePassword = (before: number, password: string) =>
  before > 0 ? `${password} (unless another run set a different one)` : password;
