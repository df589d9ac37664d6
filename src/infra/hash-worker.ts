import { compare, hash } from 'bcryptjs';

export type HashTask =
  { kind: 'hash'; password: string; cost: number } | { kind: 'compare'; spellings: string[]; hash: string };

export interface HashDone {
  result: string | boolean;
  /** Duration of the work, without the wait for a thread. */
  workMs: number;
}

/** Runs in a thread of the hash pool. */
export default async function run(task: HashTask): Promise<HashDone> {
  const began = performance.now();
  const result = await (task.kind === 'hash'
    ? hash(task.password, task.cost)
    : matchesAny(task.spellings, task.hash));
  return { result, workMs: performance.now() - began };
}

async function matchesAny(spellings: string[], passwordHash: string): Promise<boolean> {
  for (const spelling of spellings) if (await compare(spelling, passwordHash)) return true;
  return false;
}
