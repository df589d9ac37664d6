import fs, { type StatsFs } from 'node:fs';

/** Bytes of a file system: free for any user, and in total. */
export interface Room {
  free: number;
  size: number;
}

const toRoom = ({ bavail, blocks, bsize }: StatsFs): Room => ({ free: bavail * bsize, size: blocks * bsize });

/** @throws Error if the folder does not exist or cannot be read */
export const roomOf = (folder: string): Room => toRoom(fs.statfsSync(folder));

/** Does the same without blocking. @returns `undefined` if the folder does not exist or cannot be read */
export const roomAt = (folder: string): Promise<Room | undefined> =>
  fs.promises.statfs(folder).then(toRoom, () => undefined);

/** Bytes free, and the share of the disk that this is at most: a small disk need not have as much. */
const low = { warning: { free: 5e9, share: 0.2 }, error: { free: 1e9, share: 0.1 } };

/** Judges the free room of a disk; the alerts in monitoring/alerts.yml have the same thresholds. */
export function diskLevel({ free, size }: Room): 'ok' | 'warning' | 'error' {
  const isBelow = (limit: typeof low.error) => free < limit.free && free < limit.share * size;
  if (isBelow(low.error)) return 'error';
  return isBelow(low.warning) ? 'warning' : 'ok';
}

export const inUnits = (bytes: number) =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
