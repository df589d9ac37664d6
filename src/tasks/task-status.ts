import { ConflictError, ForbiddenError, type AppError } from '../problems/errors';
import type { Role } from '../people/principal';

/** Ordered by rank, which is stored and sorted by. */
export const PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const;
export type Priority = (typeof PRIORITIES)[number];

export const rankOf = (priority: Priority): number => PRIORITIES.indexOf(priority);
export const priorityAt = (rank: number): Priority => PRIORITIES[rank] ?? 'normal';

export const STATUSES = ['to Do', 'Doing', 'Done'] as const;
export type Status = (typeof STATUSES)[number];

const MOVES: Record<Role, Record<Status, readonly Status[]>> = {
  worker: { 'to Do': ['Doing'], Doing: ['to Do', 'Done'], Done: [] },
  Admin: { 'to Do': ['Doing'], Doing: ['to Do', 'Done'], Done: ['Doing', 'to Do'] },
};

/** Returns the statuses to which a role may move a task. */
export const movesFrom = (status: Status, role: Role): readonly Status[] => MOVES[role][status];

/** Returns the statuses from which a role may move a task to `target`, including `target` itself. */
export const sourcesOf = (target: Status, role: Role): Status[] =>
  STATUSES.filter((status) => status === target || MOVES[role][status].includes(target));

/** Returns why a task at `status` was not changed, for a caller who may see it and whose precondition holds. */
export function whyNotChanged(status: Status, wanted: Status | undefined, role: Role): AppError {
  const allowed = movesFrom(status, role);
  if (wanted && wanted !== status && !allowed.includes(wanted)) {
    const to = allowed.map((target) => `"${target}"`).join(' or ');
    return new ConflictError(
      `This task is "${status}" and can be moved only ${to ? `to ${to}` : 'by an Admin'}.`,
    );
  }
  return role === 'Admin'
    ? new ConflictError('Another request changed the task at the same time. Send the request again.')
    : new ForbiddenError('Members may only change the status of a task.');
}
