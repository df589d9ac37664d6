import { UsageError } from '../../src/command-line/convention';
import { sum } from '../figures/statistics';

/** Shares from 0 to 1 by name of a scenario. */
export type Mix = Record<string, number>;

/** What rounding of written percentages may leave. */
const ROUNDING = 1e-6;

/** Parses `cached-read=90,create=10`. @throws UsageError unless the shares are percentages that add up to 100 */
export function parseMix(text: string, known: readonly string[]): Mix {
  const mix: Mix = {};
  for (const part of text.split(',').map((one) => one.trim())) {
    const [, name = '', value = ''] = /^([^=]+)=([^=]+)$/.exec(part) ?? [];
    if (!name) throw new UsageError(`--mix: "${part}" must be NAME=PERCENT, such as cached-read=90.`);
    if (!known.includes(name))
      throw new UsageError(`--mix: there is no request "${name}"; use ${known.join(', ')}.`);
    if (Object.hasOwn(mix, name)) throw new UsageError(`--mix: ${name} is given twice.`);
    if (!/^\d+(\.\d+)?$/.test(value))
      throw new UsageError(`--mix: the share of ${name} must be a percentage such as 90, but is "${value}".`);
    mix[name] = Number(value) / 100;
  }
  const total = sum(Object.values(mix)) * 100;
  if (Math.abs(total - 100) > ROUNDING)
    throw new UsageError(`--mix: the shares add up to ${Number(total.toFixed(6))} instead of 100.`);
  return mix;
}
