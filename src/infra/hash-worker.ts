import { compare, hash } from 'bcryptjs';

export type HashTask =
  { kind: 'hash'; password: string; cost: number } | { kind: 'compare'; password: string; hash: string };

/** Runs in a thread of the hash pool. */
export default function run(task: HashTask): Promise<string | boolean> {
  return task.kind === 'hash' ? hash(task.password, task.cost) : compare(task.password, task.hash);
}
