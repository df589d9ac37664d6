'use strict';

const fs = require('node:fs');

/** Bytes of a folder's file system. @param {string} folder @returns {{ free: number, size: number }} */
function roomOf(folder) {
  const { bavail, blocks, bsize } = fs.statfsSync(folder);
  return { free: bavail * bsize, size: blocks * bsize };
}

/** Bytes free, and the share of the disk that this is at most: a small disk need not have as much. */
const low = { warning: { free: 5e9, share: 0.2 }, error: { free: 1e9, share: 0.1 } };

/**
 * Judges the free room of a disk; the alerts in monitoring/alerts.yml have the same thresholds.
 *
 * @param {{ free: number, size: number }} room bytes
 * @returns {'ok' | 'warning' | 'error'}
 */
function diskLevel({ free, size }) {
  const isBelow = (limit) => free < limit.free && free < limit.share * size;
  if (isBelow(low.error)) return 'error';
  return isBelow(low.warning) ? 'warning' : 'ok';
}

/** @param {number} bytes */
const inUnits = (bytes) =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;

module.exports = { diskLevel, inUnits, roomOf };
