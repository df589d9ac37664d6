import { requireWithin } from '../lib/deadline';
import { noAnswerIn, reasonOf } from '../lib/server-away';
import { findingsOf, type Finding } from './finding';

/** What the doctor looks at in one step. */
export interface Check {
  /** Group of its findings, and of the one that it failed. */
  group: string;
  run: () => Finding[] | Promise<Finding[]>;
}

/** All checks together end within the 10 s that docs/operations.md promises. */
const LIMIT_MS = 9_000;

/** Runs the checks side by side. One that fails becomes a finding, and the others go on. */
export async function runChecks(checks: Check[]): Promise<Finding[]> {
  const findings = checks.map(async ({ group, run }) => {
    try {
      const work = (async () => run())();
      return await requireWithin(work, LIMIT_MS, noAnswerIn(LIMIT_MS));
    } catch (problem) {
      const cure = 'If packages are missing, run npm ci; if this host is busy, run the doctor again later';
      return [findingsOf(group).error(`This could not be checked: ${reasonOf(problem)}`, cure)];
    }
  });
  return (await Promise.all(findings)).flat();
}
