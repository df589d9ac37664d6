import { compare, getRounds, hash } from 'bcryptjs';

export type HashTask =
  | { kind: 'hash'; password: string; cost: number }
  | { kind: 'compare'; spellings: string[]; hash: string; cost: number };

export interface HashDone {
  result: string | boolean;
  /** Duration of the work, without the wait for a thread. */
  workMs: number;
}

/** Runs in a thread of the hash pool. */
export default async function run(task: HashTask): Promise<HashDone> {
  const began = performance.now();
  const result = await (task.kind === 'hash' ? hash(task.password, task.cost) : matchesAny(task));
  return { result, workMs: performance.now() - began };
}

/** A wrong password takes as long for an older, cheaper hash as for one of `cost`, so that the time reveals no names. */
async function matchesAny({
  spellings,
  hash: passwordHash,
  cost,
}: Extract<HashTask, { kind: 'compare' }>): Promise<boolean> {
  for (const spelling of spellings) {
    if (await compare(spelling, passwordHash)) return true;
    // 2^c + 2^c + 2^(c+1) + … + 2^(cost-1) = 2^cost.
    for (let lower = getRounds(passwordHash); lower < cost; lower++) await compare(spelling, hashAt(lower));
  }
  return false;
}

/** A hash of this cost that no password has. */
const hashAt = (cost: number) => `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(53)}`;
