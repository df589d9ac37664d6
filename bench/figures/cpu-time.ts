import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Processes whose CPU time is counted together. */
export interface ProcessGroup {
  name: string;
  pids: number[];
  /** Leaves out the descendants of these processes, which otherwise count with them. */
  alone?: boolean;
  /** Counts the main threads, which run the event loop, apart from the other threads. */
  byThread?: boolean;
}

/** CPU seconds per second by name: 1 is one core that is busy all the time. */
export type CpuUse = Record<string, number>;

interface Process {
  parent: number;
  seconds: number;
}

/** The bench itself: shown, but in no sum of what serves. */
export const LOAD_GENERATOR = 'load generator';
/** All processes of this host that do not belong to the bench. */
export const OTHERS = 'others on this machine';
/** Time in which the hypervisor gave the cores of this host to another. */
export const STOLEN = 'stolen by the hypervisor';

/** Linux counts in hundredths of a second for every program, whatever its own clock is. */
const TICKS_PER_SECOND = 100;

/**
 * Starts to count the CPU time of each group.
 * @returns a function that returns the use since then; `undefined` on systems without /proc
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
    const own = Object.values(use).reduce((sum, value) => sum + value, 0);
    use[OTHERS] = Math.max(0, (after.busy - before.busy) / wall - own);
    use[STOLEN] = (after.stolen - before.stolen) / wall;
    return use;
  };
}

/** Reads CPU seconds by "name#id" of each process or thread, so that one that starts or ends does no harm. */
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

/** Returns the ids of the parent processes, each once. */
export const findParents = (pids: number[]): number[] => [
  ...new Set(pids.flatMap((pid) => readStat(`/proc/${pid}/stat`)?.parent ?? [])),
];

function readProcesses(): Map<number, Process> {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return new Map(
    pids.flatMap((pid) => {
      const found = readStat(`/proc/${pid}/stat`);
      return found ? [[Number(pid), found] as const] : [];
    }),
  );
}

const readThreads = (pid: number): [string, number][] =>
  readdirSync(`/proc/${pid}/task`).map((id) => [
    `${Number(id) === pid ? 'event loop' : 'hash and other threads'}#${id}`,
    readStat(`/proc/${pid}/task/${id}/stat`)?.seconds ?? 0,
  ]);

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
    return undefined; // The process has ended.
  }
}

/** Parses /proc/PID/stat, see proc(5). The name in parentheses may contain anything. */
export function parseStat(text: string): Process {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const seconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  return { parent: Number(fields[1]), seconds };
}

/** Parses the first line of /proc/stat, see proc(5): user nice system idle iowait irq softirq steal. */
export function parseMachine(text: string): { busy: number; stolen: number } {
  const ticks = text.slice(0, text.indexOf('\n')).split(/ +/).slice(1).map(Number);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = ticks;
  return {
    busy: (user + nice + system + irq + softirq) / TICKS_PER_SECOND,
    stolen: steal / TICKS_PER_SECOND,
  };
}
