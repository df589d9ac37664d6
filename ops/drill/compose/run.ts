import { messageOf } from '../../../src/lib/error-code';
import type { Progress } from '../../../tools/command/progress';
import { interruption } from '../../../tools/command/run-command';
import { careForIt } from './care';
import { compareBuilds, judgeImages } from './images';
import type { Part } from './part';
import { scaleContainers, switchBalancing } from './scaling';
import { startStack, versions } from './stack';
import { startHopeless } from './starts';
import { replaceVersions } from './updates';

const parts: Record<string, Part> = {
  updates: replaceVersions,
  scaling: scaleContainers,
  balancing: switchBalancing,
  starts: startHopeless,
  care: careForIt,
  images: judgeImages,
};

/** Runs docker-compose.yml on an engine of its own. @returns the promises that did not hold */
export async function drillCompose(progress: Progress, { only }: { only: string[] }): Promise<string[]> {
  const faults: string[] = [];
  const isWanted = (name: string) => only.length === 0 || only.includes(name);
  const stack = await startStack(progress);
  try {
    await stack.take(versions[0]);
    await progress.step('stack', 'docker compose up --wait', () => stack.up());
    const account = await stack.account();
    for (const [name, part] of Object.entries(parts).filter(([each]) => isWanted(each)))
      await progress
        .step('part', name, () => part({ progress, stack, account, faults }))
        .catch((error: unknown) => {
          interruption.signal.throwIfAborted();
          console.log(messageOf(error));
          faults.push(`${name}: ${messageOf(error)}`);
        });
  } catch (error) {
    faults.push(messageOf(error));
  } finally {
    await progress.step('stack', 'removing it', () => stack.stop());
  }
  if (isWanted('images')) await compareBuilds(progress, faults);
  return faults;
}
