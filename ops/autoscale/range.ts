import { withoutEmpty } from '../../src/config/secret-files';
import { configFaults } from '../../src/config/faults';
import { stackSchema } from '../../src/config/stack-variables';
import { cores as ownCores } from '../../src/process/cores';
import { UserError } from '../../tools/command/run-command';

/** Bounds of the number of API workers. */
export interface Range {
  least: number;
  most: number;
}

const schema = stackSchema.pick({ AUTOSCALE: true, AUTOSCALE_ABOVE_CORES: true });

/**
 * Reads AUTOSCALE. More workers than cores slow each other down, so the cores bound the range unless
 * AUTOSCALE_ABOVE_CORES is set.
 *
 * @returns no range if AUTOSCALE is unset; a warning if the range was cut
 * @throws UserError if a value is wrong
 */
export function readRange(
  env: NodeJS.ProcessEnv,
  cores = ownCores.count,
): { range?: Range; warning?: string } {
  const given = withoutEmpty(env);
  const faults = configFaults(schema, given);
  if (faults.length > 0) throw new UserError(faults.join('\n'));
  const { AUTOSCALE: range, AUTOSCALE_ABOVE_CORES: mayExceed } = schema.parse(given);
  if (!range || mayExceed || range.most <= cores) return { range };
  const cut = { least: Math.min(range.least, cores), most: cores };
  return {
    range: cut,
    warning:
      `AUTOSCALE is ${given.AUTOSCALE}, and this host has ${cores} ${cores === 1 ? 'core' : 'cores'}: it scales ` +
      `from ${cut.least} to ${cut.most}. AUTOSCALE_ABOVE_CORES=true allows more.`,
  };
}
