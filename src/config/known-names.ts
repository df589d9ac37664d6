import { isNear } from '../lib/is-near';
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
