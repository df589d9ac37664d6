import type { Progress } from '../../../tools/command/progress';
import { rateDone } from './figures';
import type { PartContext } from './part';
import { signUps } from './requests';
import type { startSender } from './start-sender';
import { ms } from './table';

/** Most connections of one address. */
const SOCKETS = 1_000;

/** Sends orders, shows their progress, and keeps how late the sender was and which errors it counted. */
export function watchSender(
  sender: ReturnType<typeof startSender>,
  url: string,
  { step }: Pick<Progress, 'step'>,
): Pick<PartContext, 'send' | 'hashRate'> & { lateMs: number[]; errors: Record<string, number> } {
  const lateMs: number[] = [];
  const errors: Record<string, number> = {};
  const send: PartContext['send'] = (text, streams, sockets = SOCKETS) =>
    step(
      'load',
      text,
      async () => {
        const sent = await sender.send({ url, streams, sockets });
        lateMs.push(sent.lateP99Ms);
        for (const [what, count] of Object.entries(sent.errors)) errors[what] = (errors[what] ?? 0) + count;
        return sent;
      },
      ({ cores, lateP99Ms }) =>
        `done; the sender took ${cores.toFixed(2)} cores, ${ms(lateP99Ms)} late (p99)`,
    );
  async function hashRate(): Promise<number> {
    const stream = { kind: 'sign-up', requests: signUps(1_000), clients: 8, begins: 0, ends: 6 };
    const sent = await send('sign-ups alone, 8 clients', [stream]);
    return rateDone(sent, ['sign-up'], { begins: 1, ends: 6 });
  }
  return { send, hashRate, lateMs, errors };
}
