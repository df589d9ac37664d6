import { withoutEmpty } from '../../src/config/secret-files';
import { configFaults } from '../../src/config/faults';
import { stackSchema } from '../../src/config/stack-variables';
import { UserError } from '../command/run-command';
import type { LogLimits } from './logs';

const limitsSchema = stackSchema.pick({ LOG_MAX_MB: true, LOG_KEEP: true });

/** Reads the limits from the environment. @throws UserError if they are wrong */
export function logLimits(env: NodeJS.ProcessEnv = process.env): LogLimits {
  const given = withoutEmpty(env);
  const faults = configFaults(limitsSchema, given);
  if (faults.length > 0) throw new UserError(faults.join('\n'));
  const { LOG_MAX_MB, LOG_KEEP } = limitsSchema.parse(given);
  return { most: LOG_MAX_MB * 1e6, keep: LOG_KEEP };
}
