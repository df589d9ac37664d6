/** One line of a part's table: a measured value and, if it has an aim, whether the value reaches it. */
export interface Row {
  what: string;
  measured: string;
  aim?: string;
  /** Undefined if the row has no aim. */
  holds?: boolean;
}

/** An idle stack whose p99 is longer shares its cores with too many other processes. */
export const MOST_IDLE_MS = 100;

/** Characters of the columns with their blanks: together no wider than a terminal of 80. */
const WIDTHS = [48, 16, 14] as const;

export const ms = (value: number): string =>
  Number.isNaN(value) ? 'none' : `${value < 10 ? value.toFixed(1) : thousands(value)} ms`;
export const perSecond = (value: number): string => `${value < 10 ? value.toFixed(1) : thousands(value)}/s`;
export const percent = (share: number): string =>
  Number.isNaN(share) ? 'none' : `${(share * 100).toFixed(1)} %`;
export const thousands = (value: number): string => Math.round(value).toLocaleString('en');

export const info = (what: string, measured = ''): Row => ({ what, measured });

/** @param most NaN, as `value` is without answers, does not hold */
export const atMost = (what: string, value: number, most: number, format = ms): Row => ({
  what,
  measured: format(value),
  aim: `≤ ${format(most)}`,
  holds: value <= most,
});

export const atLeast = (what: string, value: number, least: number, format = perSecond): Row => ({
  what,
  measured: format(value),
  aim: `≥ ${format(least)}`,
  holds: value >= least,
});

export const markOf = ({ holds }: Row) => (holds === undefined ? '' : holds ? '✓' : '✗');

export function formatTable(title: string, rows: readonly Row[]): string {
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => cell.padEnd(WIDTHS[column] ?? 0))
      .join('')
      .trimEnd();
  const lines = rows.map((row) => line([row.what, row.measured, row.aim ?? '', markOf(row)]));
  return [line([title, 'measured', 'aim']), ...lines].join('\n');
}
