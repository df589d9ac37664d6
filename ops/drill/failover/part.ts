import type { Progress } from '../../../tools/command/progress';

/** Starts its own servers, breaks some of them and prints figures. @returns the promises that did not hold */
export type Part = (progress: Progress) => Promise<string[]>;
