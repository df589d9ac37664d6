import { p99 as p99Of } from '../../../src/lib/percentile';
import { interruption } from '../../../tools/command/run-command';
import { openConnections, type Answer, type Request } from '../../../tools/load/connections';
import { sendAtRate } from '../../../tools/load/open-loop';
import { calm, prepareLoad, resultOf } from '../load';
import { HOSTS, network } from './places';
import type { Part } from './part';

/** A rate that leaves room on two cores, since the latency is judged. */
const perSecond = 200;
/** One request in so many is POST /tasks. */
const WRITE = 5;
const beforeSeconds = 5;
const cutSeconds = 25;
const healedSeconds = 15;
/** Aim: from then on the p99 of reads is below `mostMs` again, though the host is still away. */
const recoveredSeconds = 5;
const mostMs = 100;

interface Sent {
  /** Seconds since the cut at which it was due. */
  at: number;
  tookMs: number;
  isRead: boolean;
  isOk: boolean;
  /** Host of the API worker that answered; empty if none did. */
  host: string;
}

const percent99 = (all: Sent[]) => p99Of(all.map(({ tookMs }) => tookMs));
const ms = (value: number) => `${value.toFixed(0)} ms`;

/** Cuts the link of a host, so that nothing is refused and no connection is reset, and heals it. */
export const cut: Part = async ({ progress, fleet, faults }) => {
  const [, victim = ''] = HOSTS;
  const { url } = fleet.account;
  const { path, headers } = await prepareLoad(fleet.account);
  const read: Request = { method: 'GET', path, headers };
  const write: Request = {
    method: 'POST',
    path: '/tasks',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'Under load' }),
  };
  const connections = openConnections({ url, connections: 256 });
  const sent: Sent[] = [];
  let cutAt = Infinity;
  const isWrite = (index: number) => index % WRITE === 0;
  const add = (answer: Answer, times: { due: number; tookMs: number }, index: number) =>
    sent.push({
      at: (times.due - cutAt) / 1_000,
      tookMs: times.tookMs,
      isRead: !isWrite(index),
      host: String(answer.headers['x-worker'] ?? '').split('/')[0]!,
      isOk: resultOf(answer, isWrite(index) ? 201 : 200) !== 'failed',
    });
  try {
    const sending = sendAtRate(connections, {
      perSecond,
      seconds: beforeSeconds + cutSeconds + healedSeconds,
      start: (cutAt = performance.now() + beforeSeconds * 1_000) - beforeSeconds * 1_000,
      next: (index) => (isWrite(index) ? write : read),
      onAnswer: add,
      signal: interruption.signal,
    });
    await progress.step(
      'cut',
      `${perSecond} requests/s, then the link of host ${victim} is cut`,
      async () => {
        await calm(cutAt - performance.now());
        network.cut(victim);
        await calm(cutSeconds * 1_000);
        network.heal(victim);
        await sending;
      },
    );
  } finally {
    network.heal(victim);
    await connections.close();
  }
  const during = (from: number, to: number) => sent.filter(({ at }) => at >= from && at < to);
  for (let from = -beforeSeconds; from < cutSeconds + healedSeconds; from += 5) {
    const all = during(from, from + 5);
    const reads = all.filter(({ isRead }) => isRead);
    const slow = reads.filter(({ tookMs }) => tookMs > mostMs).length;
    const failed = all.filter(({ isOk }) => !isOk).length;
    console.log(
      `${String(from).padStart(3)} s  p99 of reads ${ms(percent99(reads)).padStart(8)}, ${slow} above ${mostMs} ms, ${failed} of ${all.length} failed`,
    );
  }
  const recovered = during(recoveredSeconds, cutSeconds);
  const isOfVictim = ({ host }: Sent) => host === victim;
  // An answer that came after the healing says nothing.
  const early = recovered.filter(({ at, tookMs }) => at + tookMs / 1_000 < cutSeconds);
  const shares = [during(-beforeSeconds, 0), early].map((all) => all.filter(isOfVictim).length);
  console.log(`host ${victim} answered ${shares[0]} before the cut and ${shares[1]} behind it`);
  if (shares[0] === 0) faults.push(`cut: host ${victim} answered nothing before the cut`);
  if (shares[1]! > 0) faults.push(`cut: host ${victim} answered ${shares[1]} requests behind the cut`);
  const p99 = percent99(recovered.filter(({ isRead }) => isRead));
  console.log(`link of host ${victim} cut: after ${recoveredSeconds} s the p99 of reads is ${ms(p99)}`);
  const before = percent99(during(-beforeSeconds, 0).filter(({ isRead }) => isRead));
  if (before > mostMs) faults.push(`cut: the machine is too busy to judge: ${ms(before)} before the cut`);
  else if (p99 > mostMs) faults.push(`cut: the p99 of reads is ${ms(p99)} later than ${recoveredSeconds} s`);
  const later = during(recoveredSeconds, Infinity);
  const lost = later.filter(({ isOk }) => !isOk).length;
  if (lost > 0) faults.push(`cut: ${lost} of ${later.length} failed later than ${recoveredSeconds} s`);
};
