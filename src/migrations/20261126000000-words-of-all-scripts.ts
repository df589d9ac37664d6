import type { Database } from '../infra/mongo/mongo';
import { deriveAgain } from '../infra/mongo/backfill';
import { searchWordsOf } from '../lists/search-words';

interface User {
  name: string;
  email: string;
  username: string;
}

interface Task {
  title: string;
  description?: string;
}

/**
 * Words in the form that keeps marks which are letters. No view shows words, so versions and tags stay. A worker of
 * the version before writes words in the old form until it is reloaded: such a record is found by unmarked words, and
 * by all of them after its next change, or once this migration has run again (`npm run migrate -- down`, then
 * `npm run migrate`).
 */
export async function up(db: Database): Promise<void> {
  await deriveAgain<Task>(db, 'tasks', ['title', 'description'], ({ title, description = '' }) => ({
    words: searchWordsOf(`${title} ${description}`, 300),
  }));
  await deriveAgain<User>(db, 'users', ['name', 'email', 'username'], ({ name, email, username }) => ({
    words: searchWordsOf(`${name} ${username} ${email}`, 40),
  }));
}

/** Takes nothing back: the version before finds these words, except by letters whose marks it strips. */
export const down = async (): Promise<void> => {};
