import type { Progress } from '../../../tools/command/progress';
import type { startFleet } from './fleet';

export interface PartOptions {
  progress: Progress;
  fleet: Awaited<ReturnType<typeof startFleet>>;
  /** How often each host is taken out and reloaded. */
  rounds: number;
  /** Gets a line for each promise that did not hold. */
  faults: string[];
}

export type Part = (options: PartOptions) => Promise<void>;
