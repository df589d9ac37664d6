import type { Progress } from '../../../tools/command/progress';
import type { Account } from '../load';
import type { ComposeStack } from './stack';

export interface PartOptions {
  progress: Progress;
  stack: ComposeStack;
  account: Account;
  /** Gets a line for each promise that did not hold. */
  faults: string[];
}

export type Part = (options: PartOptions) => Promise<void>;
