import { ConfigError } from '../config';
import { judgeConfiguration } from '../doctor/judge-configuration';

/** Reports all faults and warnings of the environment, before a command changes the running processes. */
const findings = judgeConfiguration(process.env);
for (const { level, says, cure } of findings)
  if (level === 'warning') process.stdout.write(`${says}. ${cure}\n`);
const faults = findings.filter(({ level }) => level === 'error').map(({ says }) => says);
if (faults.length > 0) {
  process.stderr.write(`${new ConfigError(faults).message}\n`);
  process.exitCode = 1;
}
