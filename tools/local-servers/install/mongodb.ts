import fs from 'node:fs';
import path from 'node:path';
import { messageOf } from '../../../src/lib/error-code';
import type { Step } from '../../command/progress';
import { UserError } from '../../command/run-command';
import { cacheFolder } from '../mongodb-cache';
import { mongo } from '../servers/mongo';
import { buildSecantusDb } from './secantusdb';
import { canDownload, downloadMongod } from './mongodb-download';
import { withLock } from '../../command/lock';

const waysOut = `There is no MongoDB, and none could be fetched or built. Three ways out:
  - a server that runs already:  MONGO_URL=mongodb://… npm start
  - install MongoDB 7 or 8 (https://www.mongodb.com/docs/manual/installation/),
    so that \`mongod\` is on the PATH, and run \`npm start\` again
  - containers, which bring everything:  docker compose up`;

/** Removes the remains of an interrupted set-up. The lock is held, so no other process uses them. */
function clearHalfMade(folder: string) {
  for (const name of fs.readdirSync(folder).filter((entry) => entry.startsWith('.new-'))) {
    fs.rmSync(path.join(folder, name), { recursive: true, force: true });
  }
}

/**
 * Brings a MongoDB server into the cache: MongoDB's own if it can be downloaded, else SecantusDB.
 *
 * @param options systemPackages ends when the system's packages are there
 */
export async function obtainMongo({
  root,
  systemPackages,
  step,
}: {
  root: string;
  systemPackages: Promise<void>;
  step: Step;
}) {
  const folder = cacheFolder();
  fs.mkdirSync(folder, { recursive: true });
  const onWait = (owner: string) => {
    step.say(`another set-up (${owner}) is at it: waiting`);
    step.status('waiting for the other set-up');
  };
  await withLock(path.join(folder, '.lock'), { timeoutMs: 45 * 60_000, onWait }, async () => {
    if (mongo.find()) return;
    clearHalfMade(folder);
    const problems: string[] = [];
    if (await canDownload()) {
      try {
        return await downloadMongod({ root, folder, step });
      } catch (error) {
        problems.push(messageOf(error));
        step.say(`no download: ${messageOf(error).split('\n', 1).join().slice(0, 60)}`);
      }
    } else {
      step.say('no way to mongodb.org from here: building SecantusDB, which speaks');
      step.say('its protocol. About 5 minutes, once on this machine.');
    }
    try {
      return await buildSecantusDb({ folder, systemPackages, step });
    } catch (error) {
      problems.push(messageOf(error));
    }
    throw new UserError(`${problems.join('\n\n')}\n\n${waysOut}`);
  });
}
