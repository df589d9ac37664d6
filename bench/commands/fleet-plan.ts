import { fromCaller, UsageError } from '../../src/command-line/convention';
import { wholeNumber } from '../../src/command-line/arguments';
import { formatRates } from '../plan/compare-rates';
import { keptConstants, readConstants } from '../plan/read-constants';
import { LOSSES, type PlanOptions } from '../plan/fleet';
import { formatPlan } from '../plan/format';
import { formatKinds } from '../plan/kinds';
import { parseMix } from '../plan/mix';
import { makePlan } from '../plan/plan';

export interface FleetArguments {
  rps?: string;
  mix?: string;
  cores?: string;
  busy?: string;
  lose?: string;
  network?: string;
  file?: string;
  json?: boolean;
  kinds?: boolean;
  'print-constants'?: boolean;
}

const MOST_PER_SECOND = 1e9;
/** Columns of a terminal. */
const MOST_RATES = 4;

/** Plans all hosts and processes for a mix of requests. @throws UsageError */
export function planFleetFor(given: FleetArguments): string {
  const constants = given.file ? readConstants(fromCaller(given.file)) : keptConstants();
  if (given['print-constants']) return JSON.stringify(constants, null, 2);
  if (given.kinds) return formatKinds(constants);
  const rates = ratesOf(given.rps);
  const mix = parseMix(given.mix ?? '', Object.keys(constants.requests));
  const options = optionsOf(given);
  const plans = rates.map((rate) => makePlan(mix, rate, constants, options));
  return given.json
    ? JSON.stringify(plans.length === 1 ? plans[0] : plans, null, 2)
    : plans.length === 1
      ? formatPlan(plans[0]!)
      : formatRates(plans);
}

function ratesOf(text = ''): number[] {
  const rates = text.split(',').map(Number);
  if (text === '' || !rates.every((rate) => rate > 0 && rate <= MOST_PER_SECOND))
    throw new UsageError(`--rps needs a number above 0 and up to ${MOST_PER_SECOND}, such as 5000.`);
  if (rates.length > MOST_RATES) throw new UsageError(`--rps: compare at most ${MOST_RATES} rates.`);
  return rates;
}

function optionsOf({
  cores = '16',
  busy = '60',
  lose = 'host',
  network = '10',
}: FleetArguments): PlanOptions {
  const loss = LOSSES.find((one) => one === lose);
  if (!loss) throw new UsageError(`--lose must be one of ${LOSSES.join(', ')}, but is "${lose}".`);
  const networkGbit = Number(network);
  if (!(networkGbit > 0 && networkGbit <= 10_000))
    throw new UsageError(`--network must be Gbit/s above 0 and up to 10000, but is "${network}".`);
  return {
    cores: wholeNumber('--cores', cores, 1, 512),
    busy: wholeNumber('--busy', busy, 1, 100) / 100,
    lose: loss,
    networkGbit,
  };
}
