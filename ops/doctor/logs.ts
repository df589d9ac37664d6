import { logLimits } from '../../tools/local-servers/log-limits';
import { logSets, logsIn, type LogLimits } from '../../tools/local-servers/logs';
import { inUnits } from '../../src/lib/disk-level';
import { findingsOf, type Finding } from '../../src/doctor/finding';

const { ok, warning } = findingsOf('Disk');
/** Logs that grow to their limit at the same time; the others of a stack stay small (docs/logs.md). */
const growing = 4;

/** The limits of the environment; wrong ones are a finding of the configuration. */
function limitsOrDefault(): LogLimits {
  try {
    return logLimits();
  } catch {
    return logLimits({});
  }
}

export const judgeLogs = (bytes: number, { most, keep }: LogLimits = limitsOrDefault()) =>
  bytes <= growing * most * (keep + 1)
    ? ok(`${inUnits(bytes)} of logs`)
    : warning(
        `${inUnits(bytes)} of logs: the process that shortens them (keep-room) seems to be down`,
        'npm start starts it again',
      );

/** Adds up the logs of the workers and servers, with those that were put aside. */
export function examineLogs({
  supervisorHome = '',
  ...homes
}: {
  dir: string;
  appsHome: string;
  supervisorHome?: string;
  prefix?: string;
}): Finding[] {
  const logs = logSets({ supervisorHome, ...homes }).flatMap(({ folder, name }) =>
    logsIn({ folder, name: new RegExp(name.source.replace(/\$$/, '(\\.\\d+)?$')) }),
  );
  return [judgeLogs(logs.reduce((sum, { size }) => sum + size, 0))];
}
