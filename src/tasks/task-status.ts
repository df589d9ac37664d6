import type { Role } from '../principal';

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
