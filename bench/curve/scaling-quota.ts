import os from 'node:os';
import { holdWorkers } from '../quota/held-workers';
import type { Quota } from '../quota/quota';
import type { BenchContext } from '../stack/bench-context';
import type { Run } from '../store/result-types';
import { apiCores, benchCores, machineCores, runScalingLoad, type ScalingLoad } from './scaling-load';

/** Of all cores: for the workers together at first, and for all of the bench, measured, at most. */
const API_SHARE = 0.6;
const OWN_SHARE = 0.8;
/** From here on the machine itself may be what holds the workers back. */
const FULL_SHARE = 0.9;
const MARGIN = 0.95;
/** Of the quotas of all workers. */
const USED_UP = 0.9;
const TRIES = 3;
const TRIAL_SECONDS = 3;

const cores = os.availableParallelism();
const round3 = (value: number) => Math.round(value * 1_000) / 1_000;

export const isMachineFull = ({ cpu }: Run): boolean => machineCores(cpu) >= FULL_SHARE * cores;

/** The largest one, up to a share of the cores, at which all workers and what serves them fit on the machine. */
export async function chooseQuota(context: BenchContext, quota: Quota, load: ScalingLoad, workers: number) {
  const { stack, say } = context;
  let quotaCores = round3((cores * API_SHARE) / workers);
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    await holdWorkers({ stack, quota, cores: quotaCores });
    const { cpu } = await runScalingLoad(context, load, { workers, seconds: TRIAL_SECONDS });
    const used = benchCores(cpu);
    const inUse = `${used.toFixed(2)} of ${cores} cores in use`;
    say(`scaling: ${load.scenario}, ${workers} workers at ${quotaCores} cores: ${inUse}`);
    const largest = round3((quotaCores * OWN_SHARE * cores * MARGIN) / used);
    // Where they had less than their quota, something else held them back: more of it wouldn't be used.
    const isUsedUp = apiCores(cpu) >= USED_UP * workers * quotaCores;
    const isTooLarge = used > OWN_SHARE * cores;
    if (!isTooLarge && !(isUsedUp && largest > quotaCores)) break;
    quotaCores = largest;
  }
  return quotaCores;
}
