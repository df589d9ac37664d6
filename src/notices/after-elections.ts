import { setTimeout as sleep } from 'node:timers/promises';
import type { NoticeBoard } from './notice-board';

const AGAIN_MS = 1_000;

/**
 * Ends all cached answers when MongoDB has elected a primary: one may show a write that the primary of before had not
 * passed on, which is undone and whose end no writer reports.
 * @returns a function that gives up what MongoDB has not taken yet
 */
export function forgetAfterElections(
  { onElected }: { onElected: (work: () => void) => void },
  board: Pick<NoticeBoard, 'turnCacheOff'>,
): () => void {
  let isOver = false;
  let isDue = false;

  async function forget(): Promise<void> {
    while (isDue && !isOver) {
      isDue = false;
      await board.turnCacheOff('MongoDB elected a primary').catch(async () => {
        isDue = true;
        await sleep(AGAIN_MS, undefined, { ref: false });
      });
    }
  }

  let underWay: Promise<void> | undefined;
  onElected(() => {
    isDue = true;
    underWay ??= forget().finally(() => (underWay = undefined));
  });
  return () => void (isOver = true);
}
