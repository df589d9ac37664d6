import { ConfigError, readConfig, withoutEmpty } from '../config';
import { configFaults } from '../config-faults';
import { stackSchema } from '../stack-variables';

/** Tells everything that is wrong with the environment before anything that runs is touched. */
const faults = configFaults(stackSchema, withoutEmpty(process.env));
try {
  readConfig(process.env);
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  faults.unshift(...error.faults);
}
if (faults.length > 0) {
  process.stderr.write(`${new ConfigError(faults).message}\n`);
  process.exitCode = 1;
}
