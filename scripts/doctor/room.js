'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { findingsOf } = require('./finding');

const { ok, warning, error } = findingsOf('Disk');
const GB = 1e9;
const low = { warning: 5 * GB, error: GB };
const logsMost = 0.5 * GB;

const inUnits = (bytes) => (bytes >= GB ? `${(bytes / GB).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`);

/** @param {number} free */
function judgeRoom(free) {
  const says = `${inUnits(free)} are free for the data`;
  if (free >= low.warning) return ok(says);
  const cure = 'Free some: MongoDB ends without disk, and RabbitMQ takes nothing below 100 MB';
  return (free < low.error ? error : warning)(says, cure);
}

/** @param {number} bytes */
const judgeLogs = (bytes) =>
  bytes <= logsMost
    ? ok(`${inUnits(bytes)} of logs`)
    : warning(
        `${inUnits(bytes)} of logs`,
        'npx pm2 flush empties those of the workers; npm start trims the others',
      );

/** @param {string[]} folders @returns {number} bytes in their files, not below */
function sizeOf(folders) {
  const files = folders.flatMap((folder) =>
    fs.existsSync(folder) ? fs.readdirSync(folder).map((name) => path.join(folder, name)) : [],
  );
  return files
    .filter((file) => file.endsWith('.log'))
    .reduce((sum, file) => sum + (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}

/** @param {{ dir: string, pm2Home: string }} stack */
function examineRoom({ dir, pm2Home }) {
  const { bavail, bsize } = fs.statfsSync(dir);
  const folders = [path.join(dir, 'logs'), path.join(dir, 'nginx'), path.join(pm2Home, 'logs')];
  return [judgeRoom(bavail * bsize), judgeLogs(sizeOf(folders))];
}

module.exports = { examineRoom, judgeLogs, judgeRoom };
