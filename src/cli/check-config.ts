import { ConfigError } from '../config';
import { judgeConfiguration } from '../doctor/judge-configuration';

/** Tells everything that is wrong with the environment before anything that runs is touched; what is unwise as well. */
const findings = judgeConfiguration(process.env);
for (const { level, says, cure } of findings)
  if (level === 'warning') process.stdout.write(`${says}. ${cure}\n`);
const faults = findings.filter(({ level }) => level === 'error').map(({ says }) => says);
if (faults.length > 0) {
  process.stderr.write(`${new ConfigError(faults).message}\n`);
  process.exitCode = 1;
}
