import fs from 'node:fs';

/** Bytes of a folder's file system. */
export function roomOf(folder: string): { free: number; size: number } {
  const { bavail, blocks, bsize } = fs.statfsSync(folder);
  return { free: bavail * bsize, size: blocks * bsize };
}

/** Bytes free, and the share of the disk that this is at most: a small disk need not have as much. */
const low = { warning: { free: 5e9, share: 0.2 }, error: { free: 1e9, share: 0.1 } };

/**
 * Judges the free room of a disk; the alerts in monitoring/alerts.yml have the same thresholds.
 *
 * @param room bytes
 */
export function diskLevel({ free, size }: { free: number; size: number }): 'ok' | 'warning' | 'error' {
  const isBelow = (limit: { free: number; share: number }) => free < limit.free && free < limit.share * size;
  if (isBelow(low.error)) return 'error';
  return isBelow(low.warning) ? 'warning' : 'ok';
}

export const inUnits = (bytes: number) =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
