// @ts-nocheck
import fs from 'node:fs';
import { diskLevel, inUnits, roomOf } from '../../src/lib/disk-level';
import { diskPlaces } from '../stack/disk-places';
import { logSets, logsIn } from '../../tools/local-servers/logs';
import { findingsOf } from './finding';

const { ok, warning, error } = findingsOf('Disk');
/** Bytes: somewhat more than keep-room.js leaves (docs/operations.md). */
const logsMost = 0.3e9;

/** What happens to each place without room. */
const lost = {
  database: 'writes are refused, and without any room MongoDB ends',
  rabbitmq: 'RabbitMQ takes no jobs, and they wait in MongoDB',
  nginx: 'uploads are refused, and requests are not logged',
  'server-logs': 'the servers log nothing',
  'app-logs': 'the workers log nothing',
};

/** @param places on one disk */
export function judgeRoom(places: string[], room: { free: number; size: number }) {
  const says = `${inUnits(room.free)} are free for ${places.join(', ')}`;
  const level = diskLevel(room);
  if (level === 'ok') return ok(says);
  const losses = places.flatMap((place) => lost[place] ?? []);
  const cure = ['Free some: docs/operations.md says how', ...losses].join('; ');
  return (level === 'error' ? error : warning)(says, cure);
}

export const judgeLogs = (bytes: number) =>
  bytes <= logsMost
    ? ok(`${inUnits(bytes)} of logs`)
    : warning(
        `${inUnits(bytes)} of logs`,
        'npm start brings back what bounds them (keep-room), if it does not run',
      );

/** Places on the same disk are one finding. */
function examinePlaces(places: Record<string, string>) {
  const disks: Map<number, { names: string[]; room: { free: number; size: number } }> = new Map();
  for (const [name, folder] of Object.entries(places)) {
    if (!fs.existsSync(folder)) continue;
    const { dev } = fs.statSync(folder);
    disks.set(dev, { room: roomOf(folder), names: [...(disks.get(dev)?.names ?? []), name] });
  }
  return [...disks.values()].map(({ names, room }) => judgeRoom(names, room));
}

/**
 * @param stack env: of what
 *   was started last
 */
export function examineRoom({
  dir,
  pm2Home,
  supervisorHome = '',
  env,
}: {
  dir: string;
  pm2Home: string;
  supervisorHome?: string;
  env: Record<string, string>;
}) {
  const places = env.DISK_PLACES ? JSON.parse(env.DISK_PLACES) : diskPlaces({ dir, appsHome: pm2Home });
  const logs = logSets({ dir, supervisorHome, appsHome: pm2Home }).flatMap(({ folder, name }) =>
    logsIn({ folder, name: new RegExp(name.source.replace(/\$$/, '(\\.1)?$')) }),
  );
  const bytes = logs.reduce((sum, { size }) => sum + size, 0);
  return [...examinePlaces(places), judgeLogs(bytes)];
}
