import { execFileSync } from 'node:child_process';

/** The processes that decode pictures for `parent`, with their nice values (0 to 19). */
export function pictureChildren(parent: number): { pid: number; nice: number }[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid=,nice=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('picture-child'))
    .map((line) => line.trim().split(/\s+/, 3).map(Number))
    .filter(([, ppid]) => ppid === parent)
    .map(([pid, , nice]) => ({ pid: pid!, nice: nice! }));
}
