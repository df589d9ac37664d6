import { logSets, logsIn } from '../../tools/local-servers/logs';
import { inUnits } from '../../src/lib/disk-level';
import { findingsOf, type Finding } from '../../src/doctor/finding';

const { ok, warning } = findingsOf('Disk');
/** Bytes that all logs together may have: a little more than keep-room.ts leaves (docs/operations.md). */
const logsMost = 0.3e9;

export const judgeLogs = (bytes: number) =>
  bytes <= logsMost
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
}): Finding[] {
  const logs = logSets({ supervisorHome, ...homes }).flatMap(({ folder, name }) =>
    logsIn({ folder, name: new RegExp(name.source.replace(/\$$/, '(\\.1)?$')) }),
  );
  return [judgeLogs(logs.reduce((sum, { size }) => sum + size, 0))];
}
