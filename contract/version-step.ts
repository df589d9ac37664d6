import { isDeepStrictEqual } from 'node:util';
import { breakingChanges, type Contract } from './breaking-changes';

const STEPS = ['major', 'minor', 'patch'] as const;
type Step = (typeof STEPS)[number];

/** Returns the part of the version (semver.org) that a change has to raise; undefined if nothing has changed. */
export function neededStep(released: Contract, now: Contract): Step | undefined {
  if (breakingChanges(released, now).length > 0) return 'major';
  // If the way back breaks clients, something was added.
  if (breakingChanges(now, released).length > 0) return 'minor';
  const unversioned = ({ info, ...rest }: Contract) => ({ ...rest, info: { ...info, version: '' } });
  return isDeepStrictEqual(unversioned(released), unversioned(now)) ? undefined : 'patch';
}

/** Returns whether `now` is above `released` by at least that step. */
export function isRaisedBy(step: Step, released: string, now: string): boolean {
  const [from, to] = [released, now].map((version) => version.split('.').map(Number));
  const changed = STEPS.findIndex((_name, index) => from![index] !== to![index]);
  return changed >= 0 && changed <= STEPS.indexOf(step) && to![changed]! > from![changed]!;
}
