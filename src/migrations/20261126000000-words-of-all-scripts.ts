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
 * Recomputes words in the form that keeps marks which are letters. No view shows words, so versions and tags stay. A
 * worker of the previous version writes the old form until it is reloaded: such a record is found by unmarked words,
 * and by all words after its next change or another run (`npm run migrate -- down`, then `npm run migrate`).
 */
export async function up(db: Database): Promise<void> {
  await deriveAgain<Task>(db, 'tasks', ['title', 'description'], ({ title, description = '' }) => ({
    words: searchWordsOf(`${title} ${description}`, 300),
  }));
  await deriveAgain<User>(db, 'users', ['name', 'email', 'username'], ({ name, email, username }) => ({
    words: searchWordsOf(`${name} ${username} ${email}`, 40),
  }));
}

/** Changes nothing: the previous version finds these words, except by letters whose marks it strips. */
export const down = async (): Promise<void> => {};
