import { interruption } from '../../tools/command/run-command';
import { dir, withOwnStack } from './own-stack';

/** As in production; the other drills hash at a lower cost. */
const bcryptCost = 10;

/**
 * Asks for more than there is: what is too much must be refused at once, and the rest served as usual.
 *
 * @returns what was not as promised
 */
export async function drillOverload(
  progress: any,
  { only, seconds }: { only: string[]; seconds: number },
): Promise<string[]> {
  let faults: string[] | PromiseLike<string[]> = [];
  const options = { apiWorkers: 2, env: { BCRYPT_COST: String(bcryptCost) } };
  await withOwnStack(progress, options, async ({ stack, url }) => {
    // Not before the packages are installed, which the stack needs as well.
    require('tsx/cjs');
    const { runOverload } = require('./overload/run.ts');
    const { signal } = interruption;
    faults = await runOverload({ stack, url, bcryptCost, only, seconds, folder: dir, signal, progress });
  });
  return faults;
}
