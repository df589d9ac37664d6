import fs from 'node:fs';
import { z } from 'zod';
import { diskLevel, inUnits, roomOf } from '../../src/lib/disk-level';
import { diskPlaces } from '../stack/disk-places';
import { logSets, logsIn } from '../../tools/local-servers/logs';
import { findingsOf, type Finding } from '../../src/doctor/finding';

const { ok, warning, error } = findingsOf('Disk');
/** Bytes: somewhat more than keep-room.ts leaves (docs/operations.md). */
const logsMost = 0.3e9;

/** Consequence of a full disk for each place. */
const lost: Record<string, string> = {
  database: 'writes are refused, and without any room MongoDB ends',
  rabbitmq: 'RabbitMQ takes no jobs, and they wait in MongoDB',
  nginx: 'uploads are refused, and requests are not logged',
  'server-logs': 'the servers log nothing',
  'app-logs': 'the workers log nothing',
};

/** @param places names of places on one disk @param room bytes */
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

/** Returns one finding for each disk. */
function examinePlaces(places: Record<string, string>) {
  const disks = new Map<number, { names: string[]; room: { free: number; size: number } }>();
  for (const [name, folder] of Object.entries(places)) {
    if (!fs.existsSync(folder)) continue;
    const { dev } = fs.statSync(folder);
    disks.set(dev, { room: roomOf(folder), names: [...(disks.get(dev)?.names ?? []), name] });
  }
  return [...disks.values()].map(({ names, room }) => judgeRoom(names, room));
}

interface Places {
  dir: string;
  pm2Home: string;
  supervisorHome?: string;
  /** Variables of the apps that were started last. */
  env: Record<string, string>;
}

const placesSchema = z.record(z.string(), z.string());

export function examineRoom({ dir, pm2Home, supervisorHome = '', env }: Places): Finding[] {
  const places = env.DISK_PLACES
    ? placesSchema.parse(JSON.parse(env.DISK_PLACES))
    : diskPlaces({ dir, appsHome: pm2Home });
  const logs = logSets({ dir, supervisorHome, appsHome: pm2Home }).flatMap(({ folder, name }) =>
    logsIn({ folder, name: new RegExp(name.source.replace(/\$$/, '(\\.1)?$')) }),
  );
  const bytes = logs.reduce((sum, { size }) => sum + size, 0);
  return [...examinePlaces(places), judgeLogs(bytes)];
}
