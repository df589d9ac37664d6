import type { Database } from '../infra/mongo/mongo';
import { backfill } from '../infra/mongo/backfill';
import { searchWordsOf } from '../lists/search-words';

const keyOf = (text: string) => text.normalize('NFKC').toLowerCase();

/** Completes users from before versions and search existed. */
export async function up(db: Database): Promise<void> {
  await backfill<{ name: string; email: string; username: string }>(
    db,
    'users',
    ({ name, email, username }) => ({
      emailKey: keyOf(email),
      usernameKey: keyOf(username),
      words: searchWordsOf(`${name} ${username} ${email}`, 40),
    }),
  );
}
