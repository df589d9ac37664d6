import { OTHERS, STOLEN, type CpuUse } from '../cpu-time';
import { median } from '../statistics';
import { formatTable } from './format';

interface Column {
  title: string;
  /** Undefined where the system doesn't tell. */
  runs: (CpuUse | undefined)[];
}

/** Cores; from here on what others used has a part in the figures. */
const DISTURBING = 0.1;

const told = (runs: Column['runs']): CpuUse[] => runs.filter((use) => use !== undefined);
const middle = (runs: Column['runs'], name: string) => median(told(runs).map((use) => use[name] ?? 0));

export function formatCpuUse(columns: Column[]): string {
  const names = [...new Set(columns.flatMap(({ runs }) => told(runs).flatMap((use) => Object.keys(use))))];
  if (names.length === 0) return "CPU time by process isn't told by this system.";
  const row = (name: string) => [name, ...columns.map(({ runs }) => middle(runs, name).toFixed(2))];
  return formatTable([['CPU seconds a second', ...columns.map(({ title }) => title)], ...names.map(row)]);
}

/** Cores that others used during the runs, where it was enough to matter. */
export function findDisturbance(runs: (CpuUse | undefined)[]): number | undefined {
  const cores = Math.max(0, ...told(runs).map((use) => (use[OTHERS] ?? 0) + (use[STOLEN] ?? 0)));
  return cores >= DISTURBING ? cores : undefined;
}
