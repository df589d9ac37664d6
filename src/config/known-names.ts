import { configSchema } from './schema';
import { stackSchema } from './stack-variables';

/** Names of all variables that some process or command reads. */
export const knownNames = [...Object.keys(configSchema.shape), ...Object.keys(stackSchema.shape)];

/** Shorter names resemble too many others. */
const SHORTEST = 6;

/** @returns the known name that this one resembles, such as BALANCING for BALANCNG */
export const nearestName = (name: string): string | undefined =>
  knownNames.find((known) => known.length >= SHORTEST && isNear(name, known));

/** Names of an environment that nothing reads and that resemble a known one. Other programs use the rest. */
export function misspelled(env: NodeJS.ProcessEnv): { name: string; meant: string }[] {
  const unknown = Object.keys(env).filter(
    (name) => /^[A-Z][A-Z0-9_]{4,}$/.test(name) && !knownNames.includes(name),
  );
  return unknown.flatMap((name) => {
    const meant = nearestName(name);
    return meant ? [{ name, meant }] : [];
  });
}

/** True if one letter is added, missing or different, or two neighbours are swapped. */
export function isNear(name: string, other: string): boolean {
  let from = 0;
  while (from < name.length && name[from] === other[from]) from += 1;
  const [rest, otherRest] = [name.slice(from), other.slice(from)];
  return (
    rest.slice(1) === otherRest ||
    rest === otherRest.slice(1) ||
    rest.slice(1) === otherRest.slice(1) ||
    (rest[0] === otherRest[1] && rest[1] === otherRest[0] && rest.slice(2) === otherRest.slice(2))
  );
}
