import { isDeepStrictEqual } from 'node:util';
import { breakingChanges, type Contract } from './breaking-changes';

const STEPS = ['major', 'minor', 'patch'] as const;
type Step = (typeof STEPS)[number];

/** By which part of its version (semver.org) a document has to be above the released one; undefined if by none. */
export function neededStep(released: Contract, now: Contract): Step | undefined {
  if (breakingChanges(released, now).length > 0) return 'major';
  // What going back would break has been added.
  if (breakingChanges(now, released).length > 0) return 'minor';
  const unversioned = ({ info, ...rest }: Contract) => ({ ...rest, info: { ...info, version: '' } });
  return isDeepStrictEqual(unversioned(released), unversioned(now)) ? undefined : 'patch';
}

/** Whether `now` is above `released` by at least that step. */
export function isRaisedBy(step: Step, released: string, now: string): boolean {
  const [from, to] = [released, now].map((version) => version.split('.').map(Number));
  const changed = STEPS.findIndex((_name, index) => from![index] !== to![index]);
  return changed >= 0 && changed <= STEPS.indexOf(step) && to![changed]! > from![changed]!;
}
