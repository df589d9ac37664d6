import type { Cursor } from '../page';
import { toObjectId } from './mongo';

/** A filter for what comes after the cursor in the order newest first, by { createdAt: -1, _id: -1 }. */
export function afterCursor(after: Cursor | undefined) {
  if (!after) return {};
  return {
    $or: [
      { createdAt: { $lt: after.createdAt } },
      { createdAt: after.createdAt, _id: { $lt: toObjectId(after.id) } },
    ],
  };
}
