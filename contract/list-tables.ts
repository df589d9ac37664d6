import type { ListRow, ListTable } from '../src/lists/list-table';

const code = (names: string[]) => (names.length > 0 ? names.map((name) => `\`${name}\``).join(', ') : '–');

const indexOf = ({ index }: ListRow) =>
  Object.entries(index)
    .map(([field, direction]) => `${field} ${direction}`)
    .join(', ');

/** Returns the supported combinations of a list as a Markdown table. */
export function describeTable({ rows }: ListTable): string {
  const lines = rows.map(
    (row) =>
      `| ${code([row.sort])} | ${code(row.filters)} | ${code([...row.optional, ...(row.unindexed ?? [])])} | ${indexOf(row)} |`,
  );
  return ['| sort | required filters | optional filters | index |', '|---|---|---|---|', ...lines].join('\n');
}
