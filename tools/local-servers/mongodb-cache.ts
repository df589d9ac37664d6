import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Shared by all clones: a database is built or fetched once a machine. */
export function cacheFolder() {
  const base = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
  return path.join(base, 'taskfleet', 'mongodb');
}

const kinds = [
  { kind: 'mongod', folder: /^mongod-\d[\w.-]*$/, bin: path.join('bin', 'mongod') },
  { kind: 'secantusdb', folder: /^secantusdb-\d[\w.-]*$/, bin: path.join('bin', 'secantusd-rs') },
];

/** @returns the newest real MongoDB, else the newest SecantusDB */
export function findCached(): { bin: string; kind: string } | undefined {
  let folders;
  try {
    folders = fs.readdirSync(cacheFolder());
  } catch {
    return undefined;
  }
  const newestFirst = folders.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  for (const { kind, folder, bin } of kinds) {
    for (const name of newestFirst.filter((candidate) => folder.test(candidate))) {
      const file = path.join(cacheFolder(), name, bin);
      if (fs.existsSync(file)) return { bin: file, kind };
    }
  }
  return undefined;
}
