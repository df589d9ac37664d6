import { interruption, sleep, UserError } from '../../tools/command/run-command';

/** Nothing for so long; Ctrl-C ends it. */
export async function calm(lengthMs: number) {
  const end = Date.now() + lengthMs;
  for (let left = lengthMs; left > 0; left = end - Date.now()) {
    if (interruption.signal.aborted) throw new UserError('interrupted');
    await sleep(Math.min(500, left));
  }
}
