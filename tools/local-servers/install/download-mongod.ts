/**
 * Downloads a mongod into the folder given, prints its path, and gives up if nothing arrives any more. It runs as a
 * process of its own, so that the set-up can end it.
 */
import fs from 'node:fs';
import path from 'node:path';
import { MongoBinary } from 'mongodb-memory-server-core';

const stallMs = 20_000;
const [folder = ''] = process.argv.slice(2);

function bytesSoFar() {
  const entries = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .reduce((sum, file) => sum + (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}

let bytes = 0;
let changed = Date.now();
setInterval(() => {
  const now = bytesSoFar();
  if (now !== bytes) {
    bytes = now;
    changed = Date.now();
    console.error(`progress ${Math.round(now / 1e6)}`);
  } else if (Date.now() - changed > stallMs) {
    console.error('the download has stalled');
    process.exit(1);
  }
}, 1_000);

void MongoBinary.getPath({ downloadDir: folder }).then(
  (file) => {
    console.log(file);
    process.exit(0);
  },
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
