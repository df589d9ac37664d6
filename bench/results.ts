import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isAsExpected } from './apache-bench';
import { benchFolder } from './bench-stack';
import type { MachineFacts } from './machine';
import type { BenchOptions } from './options';
import type { ReadsResults } from './scenarios/reads-during-signups';
import type { SignUpResults } from './scenarios/signup';

export interface BenchResults {
  startedAt: string;
  tookSeconds: number;
  options: Pick<BenchOptions, 'quick' | 'seconds' | 'rounds'>;
  machine: MachineFacts;
  signup?: SignUpResults;
  reads?: ReadsResults;
}

/** An entry may end in the middle of a run, by its time to live. */
const MOST_HITS = 0.99;

/** What went wrong in any run, a line each; a bench with one proves nothing. */
export function findFaults({ signup, reads }: Pick<BenchResults, 'signup' | 'reads'>): string[] {
  const faults: string[] = [];
  const add = (where: string, unexpected: Record<string, number>) => {
    for (const [what, count] of Object.entries(unexpected)) faults.push(`${where}: ${count} × ${what}`);
  };
  for (const { title, runs, apacheBench } of signup?.setups ?? []) {
    runs.forEach(({ unexpected }) => add(`sign-up, ${title}`, unexpected));
    for (const result of apacheBench.filter((run) => !isAsExpected(run))) {
      faults.push(`ab, ${title}: ${result.non2xx} of ${result.requests} not 2xx, ${result.broken} broken`);
    }
  }
  const held = [...(reads?.idle ?? []), ...(reads?.storm.map((run) => run.reads) ?? [])];
  held.forEach(({ unexpected }) => add('reads at a held rate', unexpected));
  for (const { hits, requests } of held.filter((run) => run.hits < MOST_HITS * run.requests)) {
    faults.push(`reads at a held rate: ${requests - hits} of ${requests} not from the cache`);
  }
  reads?.storm.forEach(({ signUps }) => add('sign-ups beside reads', signUps.unexpected));
  for (const run of reads?.closedLoop ?? []) {
    add('reads, closed loop', run.reads.unexpected);
    add('sign-ups beside reads', run.signUps.unexpected);
  }
  return faults;
}

/** @returns the file */
export function saveResults(results: BenchResults, faults: string[]): string {
  const folder = path.join(benchFolder, 'results');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${results.startedAt.replaceAll(':', '-').replace(/\.\d+Z$/, 'Z')}.json`);
  writeFileSync(file, `${JSON.stringify({ ...results, faults }, null, 2)}\n`);
  return file;
}
