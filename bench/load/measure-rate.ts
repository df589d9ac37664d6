import type { IncomingHttpHeaders } from 'node:http';
import { countCpuTime } from '../figures/cpu-time';
import type { BenchContext } from '../stack/bench-context';
import type { Run } from '../store/result-types';
import { toRun } from './measure-load';
import { sendAtRate } from './open-loop';

interface MeasuredRate {
  path: string;
  headers: Record<string, string>;
  perSecond: number;
  /** Told the headers of each answer that counts. */
  onHeaders?: (headers: IncomingHttpHeaders) => void;
}

/** One window of reads at a held rate through NGINX, and what it cost. */
export async function measureRate(
  { stack, options, signal }: Pick<BenchContext, 'stack' | 'options' | 'signal'>,
  { path, ...held }: MeasuredRate,
): Promise<Run> {
  const { groups } = await stack.processes();
  const cpuSince = countCpuTime(groups);
  const sent = await sendAtRate({ url: `${stack.url}${path}`, ...held, seconds: options.seconds, signal });
  const cpu = cpuSince();
  const { latenessP99Ms: senderLateP99Ms, hits, ...result } = sent;
  return toRun(result, cpu, { hitShare: hits / Math.max(1, result.requests), senderLateP99Ms });
}
