import type { ListTable } from '../../src/lists/list-table';

/** Every row of a table of lists with the fewest and with the most filters, in both directions. */
export const listCases = ({ rows }: ListTable) =>
  rows.flatMap(({ sort, filters, optional, unindexed = [] }) =>
    [filters, [...filters, ...optional, ...unindexed]].flatMap((names) =>
      ['', '-'].map((sign) => ({ names, sort: `${sign}${sort}` })),
    ),
  );

/** Returns those of the values that have these names. */
export const pickFilters = <T extends object>(values: T, names: string[]): Partial<T> =>
  Object.fromEntries(names.map((name) => [name, values[name as keyof T]])) as Partial<T>;

/** Expects that the server answers from an index, in its order. @param explained what it says of a query */
export function expectIndexed(explained: unknown): void {
  const stages = stagesOf(explained);
  expect(stages).toContain('IXSCAN');
  expect(stages).not.toContain('COLLSCAN');
  expect(stages).not.toContain('SORT');
}

/** The stages of the winning plan, at any depth of what the server explains. */
function stagesOf(explained: unknown): string[] {
  const stages: string[] = [];
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      if (name === 'stage' && typeof inner === 'string') stages.push(inner);
      else if (name !== 'rejectedPlans') look(inner);
    }
  };
  look((explained as { queryPlanner: { winningPlan: unknown } }).queryPlanner.winningPlan);
  return stages;
}
