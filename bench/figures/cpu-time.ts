import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Processes that count together. */
export interface ProcessGroup {
  name: string;
  pids: number[];
  /** Without what they started, which otherwise counts with them. */
  alone?: boolean;
  /** Tell the main threads, where the event loop runs, from the others. */
  byThread?: boolean;
}

/** CPU seconds per second, by name: 1 is one core, busy all the time. */
export type CpuUse = Record<string, number>;

interface Process {
  parent: number;
  seconds: number;
}

/** The bench itself: shown, and in no sum of what serves. */
export const LOAD_GENERATOR = 'load generator';
/** Everything else on this machine that used its cores meanwhile. */
export const OTHERS = 'others on this machine';
/** Time in which the hypervisor gave this machine's cores to another. */
export const STOLEN = 'stolen by the hypervisor';

/** Linux counts them in hundredths of a second for every program, whatever its own clock is. */
const TICKS_PER_SECOND = 100;

/**
 * Starts counting the CPU time of each group; the returned function tells what it used since.
 * Where there is no /proc nothing is told.
 */
export function countCpuTime(groups: ProcessGroup[]): () => CpuUse | undefined {
  if (!existsSync('/proc/self/task')) return () => undefined;
  const before = takeReading(groups);
  return () => {
    const after = takeReading(groups);
    const wall = (after.at - before.at) / 1_000;
    const use: CpuUse = {};
    for (const [key, seconds] of after.threads) {
      const name = key.slice(0, key.lastIndexOf('#'));
      use[name] = (use[name] ?? 0) + (seconds - (before.threads.get(key) ?? 0)) / wall;
    }
    const ours = Object.values(use).reduce((sum, value) => sum + value, 0);
    use[OTHERS] = Math.max(0, (after.busy - before.busy) / wall - ours);
    use[STOLEN] = (after.stolen - before.stolen) / wall;
    return use;
  };
}

/** By "name#id" of each process or thread, so that one that comes or goes meanwhile does no harm. */
function takeReading(groups: ProcessGroup[]) {
  const all = readProcesses();
  const threads = new Map<string, number>();
  for (const { name, pids, alone, byThread } of groups) {
    for (const pid of alone ? pids : withDescendants(pids, all)) {
      if (!byThread) threads.set(`${name}#${pid}`, all.get(pid)?.seconds ?? 0);
      else for (const [part, seconds] of readThreads(pid)) threads.set(`${name}, ${part}`, seconds);
    }
  }
  return { at: performance.now(), threads, ...parseMachine(readFileSync('/proc/stat', 'utf8')) };
}

/** @returns each once */
export function findParents(pids: number[]): number[] {
  const parents = pids.flatMap((pid) => readStat(`/proc/${pid}/stat`)?.parent ?? []);
  return [...new Set(parents)];
}

function readProcesses(): Map<number, Process> {
  const all = new Map<number, Process>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const process_ = readStat(`/proc/${pid}/stat`);
    if (process_) all.set(Number(pid), process_);
  }
  return all;
}

function readThreads(pid: number): [string, number][] {
  return readdirSync(`/proc/${pid}/task`).map((id) => {
    const seconds = readStat(`/proc/${pid}/task/${id}/stat`)?.seconds ?? 0;
    return [`${Number(id) === pid ? 'event loop' : 'hash and other threads'}#${id}`, seconds];
  });
}

function withDescendants(pids: number[], all: Map<number, Process>): Set<number> {
  const found = new Set(pids.filter((pid) => all.has(pid)));
  for (const pid of found) {
    for (const [child, { parent }] of all) if (parent === pid) found.add(child);
  }
  return found;
}

function readStat(file: string): Process | undefined {
  try {
    return parseStat(readFileSync(file, 'latin1'));
  } catch {
    return undefined; // It has ended.
  }
}

/** proc(5), /proc/PID/stat; the name in parentheses may hold anything. */
export function parseStat(text: string): Process {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const seconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  return { parent: Number(fields[1]), seconds };
}

/** proc(5), the first line of /proc/stat: user nice system idle iowait irq softirq steal. */
export function parseMachine(text: string): { busy: number; stolen: number } {
  const ticks = text.slice(0, text.indexOf('\n')).split(/ +/).slice(1).map(Number);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = ticks;
  return {
    busy: (user + nice + system + irq + softirq) / TICKS_PER_SECOND,
    stolen: steal / TICKS_PER_SECOND,
  };
}
