import { compare, hash } from 'bcryptjs';

export type HashTask =
  { kind: 'hash'; password: string; cost: number } | { kind: 'compare'; password: string; hash: string };

export interface HashDone {
  result: string | boolean;
  /** The work alone: the rest of the time it waited for a thread. */
  workMs: number;
}

/** Runs in a thread of the hash pool. */
export default async function run(task: HashTask): Promise<HashDone> {
  const began = performance.now();
  const result = await (task.kind === 'hash'
    ? hash(task.password, task.cost)
    : compare(task.password, task.hash));
  return { result, workMs: performance.now() - began };
}
