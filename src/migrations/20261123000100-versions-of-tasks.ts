import type { Database } from '../infra/mongo/mongo';
import { backfill } from '../infra/mongo/backfill';
import { searchWordsOf } from '../lists/search-words';

const NORMAL = 1;

/** Completes tasks from before versions, priorities, labels, positions and search existed. */
export async function up(db: Database): Promise<void> {
  await backfill<{ title: string; description?: string; createdAt: Date }>(db, 'tasks', (task) => ({
    priority: NORMAL,
    labels: [],
    position: task.createdAt.getTime(),
    words: searchWordsOf(`${task.title} ${task.description ?? ''}`, 300),
  }));
}
