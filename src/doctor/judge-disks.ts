import { existsSync, statSync } from 'node:fs';
import { diskLevel, inUnits, roomOf, type Room } from '../lib/disk-level';
import { findingsOf, type Finding } from './finding';

/** What happens if the disk of a place is full. */
const LOST: Record<string, string> = {
  database: 'writes are refused, and MongoDB ends once nothing is left',
  rabbitmq: 'RabbitMQ takes no jobs, which wait in MongoDB',
  backups: 'no backup is made',
  nginx: 'uploads are refused, and requests are not logged',
  'server-logs': 'the servers log nothing',
  'app-logs': 'the workers log nothing',
};

/** @param places names of places on one disk */
export function judgeRoom(places: string[], room: Room, group = 'Disk'): Finding {
  const { ok, warning, error } = findingsOf(group);
  const says = `${inUnits(room.free)} are free for ${places.join(', ')}`;
  const level = diskLevel(room);
  if (level === 'ok') return ok(says);
  const lost = places.flatMap((place) => LOST[place] ?? []);
  const cure = `Free some room (docs/operations.md, "Full disks")${lost.length > 0 ? `. On a full disk ${lost.join('; ')}` : ''}`;
  return (level === 'error' ? error : warning)(says, cure);
}

/** Returns one finding for each disk. @param places folders by name; missing ones are left out */
export function judgeDisks(places: Record<string, string>): Finding[] {
  const disks = new Map<number, { names: string[]; room: Room }>();
  for (const [name, folder] of Object.entries(places)) {
    if (!existsSync(folder)) continue;
    const { dev } = statSync(folder);
    disks.set(dev, { room: roomOf(folder), names: [...(disks.get(dev)?.names ?? []), name] });
  }
  return [...disks.values()].map(({ names, room }) => judgeRoom(names, room));
}
