import type { Progress } from '../../../tools/command/progress';
import type { Part } from './part';
import { rabbitmq } from './rabbitmq';
import { redis } from './redis';

/** The server that fails, by the name of its part. */
export const parts: Record<string, Part> = { redis, rabbitmq };

/** Has servers of clusters fail while they are used. @param only names of parts @returns the promises that did not hold */
export async function drillFailover(progress: Progress, { only }: { only: string[] }): Promise<string[]> {
  const faults: string[] = [];
  for (const name of only) faults.push(...(await parts[name]!(progress)));
  return faults;
}
