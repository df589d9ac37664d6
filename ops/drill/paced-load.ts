import { setTimeout as sleep } from 'node:timers/promises';
import { inTurns } from '../../tools/load/closed-loop';
import { openConnections, type Answer, type Request } from '../../tools/load/connections';
import { sendAtRate } from '../../tools/load/open-loop';
import { count, resultOf, type Taken } from './load';

const CONNECTIONS = 64;
const SEGMENT_MS = 500;
/** Requests that are due within this time are sent together. */
const TICK_MS = 3;

type PacedAnswers = Pick<Taken, 'answered' | 'failed' | 'failures' | 'refused'>;

/** Sends requests at a rate that may change at any time and waits for no answer. A write must be answered with 201. */
export function startPacedLoad({ url, requests }: { url: string; requests: Request[] }) {
  const connections = openConnections({ url, connections: CONNECTIONS });
  const next = inTurns(requests);
  const sending = new Set<Promise<void>>();
  const taken: PacedAnswers = { answered: 0, failed: 0, failures: {}, refused: 0 };
  let perSecond = 0;
  let isStopped = false;

  function add(answer: Answer, method: string): void {
    const result = resultOf(answer, method === 'POST' ? 201 : 200);
    if (result === 'failed') count(taken.failures, `${method} ${answer.error ?? answer.status}`);
    taken[result === 'ok' ? 'answered' : result] += 1;
  }

  async function run(): Promise<void> {
    for (let start = performance.now(); !isStopped; start += SEGMENT_MS) {
      const order: Request[] = [];
      const segment = sendAtRate(connections, {
        perSecond,
        seconds: SEGMENT_MS / 1_000,
        start,
        next: (index) => (order[index] = next()),
        onAnswer: (answer, _times, index) => add(answer, order[index]!.method),
        tickMs: TICK_MS,
      });
      sending.add(segment);
      void segment.finally(() => sending.delete(segment));
      await sleep(Math.max(0, start + SEGMENT_MS - performance.now()));
    }
    await Promise.all(sending);
  }
  const ended = run();

  return {
    setRate: (rate: number) => void (perSecond = rate),
    taken: (): PacedAnswers => ({ ...taken, failures: { ...taken.failures } }),
    /** Waits for the answers that are under way. */
    async stop(): Promise<void> {
      isStopped = true;
      await ended;
      await connections.close();
    },
  };
}
