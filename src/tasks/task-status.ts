import { ConflictError, ForbiddenError, type AppError } from '../problems/errors';
import type { Role } from '../people/principal';

export const STATUSES = ['to Do', 'Doing', 'Done'] as const;
export type Status = (typeof STATUSES)[number];

const MOVES: Record<Role, Record<Status, readonly Status[]>> = {
  worker: { 'to Do': ['Doing'], Doing: ['to Do', 'Done'], Done: [] },
  Admin: { 'to Do': ['Doing'], Doing: ['to Do', 'Done'], Done: ['Doing', 'to Do'] },
};

/** Where a task may go from here. */
export const movesFrom = (status: Status, role: Role): readonly Status[] => MOVES[role][status];

/** The statuses from which a task may be moved to `target`; staying where it is counts. */
export const sourcesOf = (target: Status, role: Role): Status[] =>
  STATUSES.filter((status) => status === target || MOVES[role][status].includes(target));

/** Why a task at `status` was not changed, for a caller who may see it and whose precondition holds. */
export function whyNotChanged(status: Status, wanted: Status | undefined, role: Role): AppError {
  const allowed = movesFrom(status, role);
  if (wanted && wanted !== status && !allowed.includes(wanted)) {
    const to = allowed.map((target) => `"${target}"`).join(' or ');
    return new ConflictError(
      `This task is "${status}" and can be moved ${to ? `only to ${to}` : 'by an Admin alone'}.`,
    );
  }
  return role === 'Admin'
    ? new ConflictError('The task was changed at the same moment; send this again.')
    : new ForbiddenError('Only an Admin changes anything but the status of a task.');
}
