/** Ordered by rank, which is stored and sorted by. */
export const PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const;
export type Priority = (typeof PRIORITIES)[number];

export const rankOf = (priority: Priority): number => PRIORITIES.indexOf(priority);
export const priorityAt = (rank: number): Priority => PRIORITIES[rank] ?? 'normal';
