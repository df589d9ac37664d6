import { accessSync, constants } from 'node:fs';
import { totalOf } from '../backup/backup-format';
import { readBackupKeys } from '../backup/encryption';
import { restoreBackup } from '../backup/restore-backup';
import { commands } from '../command-line/commands';
import { pm2Call, pm2NameOf, prefixOf } from '../command-line/pm2-call';
import { describeFailure, fromCaller, shellQuoted, UsageError } from '../command-line/convention';
import { runCommand, say, untilInterrupted } from './command';
import { withBar, withData, type Data } from './data-command';
import { rehearse } from './rehearse';
import { hostNameOf, readDataConfig } from '../config';
import { askAll } from '../control/control-client';
import { isWorker, listLiving } from '../control/control-folder';
import { isLiving } from '../hosts/list-hosts';
import { addressOf } from '../lib/server-away';

const MIXED = 'their writes would be mixed with the backup';
/** In a container the processes to stop are those of all containers, and PM2 has only its own. */
const isInContainer = Boolean(process.env.TASKFLEET_CONTAINER);
const CONTAINERS = 'docker compose stop nginx api worker; in a Swarm docker service scale';

/**
 * Refuses if workers on this host serve from the database, and reports what can't be checked.
 * @param isForeign true if the processes of this host's stack use another database
 */
async function requireIdle({ whileServing = false, isForeign = false }): Promise<void> {
  const { mongoUrl, runDir } = readDataConfig(process.env);
  const address = addressOf(mongoUrl);
  if (isForeign)
    return say(`Workers that use ${address} can't be seen from here. If there are any, ${MIXED}.`);
  const names = await listNames(runDir);
  const { env } = process;
  const apps = (['taskfleet-api', 'taskfleet-worker'] as const).map((app) => pm2NameOf(app, prefixOf(env)));
  const stop = isInContainer ? CONTAINERS : pm2Call(env.PM2_HOME, `stop ${apps.join(' ')}`);
  const found = `${names.length} process${names.length === 1 ? '' : 'es'} (${names.join(', ')})`;
  if (names.length > 0 && !whileServing)
    throw new Error(`${found} of taskfleet run here:
${MIXED}. The restore had no effect. Stop them first:
  ${stop}${isInContainer ? '\ndocs/containers.md and docs/swarm.md have the command that restores meanwhile.' : ''}
--while-serving restores anyway; afterwards they serve nothing cached from before.`);
  if (names.length > 0) say(`${found} keep running: ${MIXED}.`);
}

/** Refuses if processes of other hosts and containers use the database: each announces itself there. */
async function requireIdleElsewhere({ hosts }: Data, whileServing = false): Promise<void> {
  const now = Date.now() - (await hosts.skewMs());
  const own = hostNameOf(process.env);
  const living = (await hosts.all()).filter(
    (record) => record.lastSeen && record.host !== own && isLiving(record, now),
  );
  if (living.length === 0) return;
  const names = living.map(({ host, process: name }) => `${host}/${name}`).sort();
  const found = `${names.join(', ')} use${names.length === 1 ? 's' : ''} this database`;
  if (whileServing) return say(`${found}: ${MIXED}.`);
  throw new Error(`${found}:
${MIXED}. The restore had no effect. Stop ${names.length === 1 ? 'it' : 'them'} first (in containers: ${CONTAINERS}).
A process that was killed is listed for 15 s more. --while-serving restores anyway.`);
}

/** Lists the running processes, including those that do not answer. */
async function listNames(folder: string): Promise<string[]> {
  // Removes the sockets of processes that were killed: another process may have their pid by now.
  await askAll(folder, 'GET /status');
  return [
    ...new Set(
      listLiving(folder)
        .filter(isWorker)
        .map(({ name }) => name),
    ),
  ].sort();
}

runCommand(commands.restore, async ({ values, positionals: [name] }) => {
  const { empty, rehearse: isRehearsal, 'while-serving': whileServing } = values;
  const file = name === undefined ? undefined : fromCaller(name);
  if (file) requireReadable(file);
  if (isRehearsal) {
    if (empty !== undefined || whileServing)
      throw new UsageError('--rehearse leaves the database alone: use no other option with it.');
    return rehearse(file);
  }
  if (!name || !file) throw new UsageError('Name the FILE of a backup.');
  const keys = await readBackupKeys(process.env);
  // `npm run restore` sets this for a database that the processes of this stack do not use.
  const isForeign = process.env.TASKFLEET_FOREIGN === 'true';
  const signal = untilInterrupted();
  let begun: string | undefined;
  try {
    await requireIdle({ whileServing, isForeign });
    await withData(async (data) => {
      await requireIdleElsewhere(data, whileServing);
      const { dump, migrations, prepare, prepareEmpty, forgetCached } = data;
      const { header, counts } = await withBar((onProgress) =>
        restoreBackup({
          dump,
          migrations,
          file,
          keys,
          empty,
          prepareEmpty,
          prepare: () => {
            say('All documents are restored; creating the indexes.');
            return prepare();
          },
          forgetCached,
          onProgress,
          onBegin: () => (begun = dump.database),
          signal,
        }),
      );
      say(
        `${dump.database} holds ${totalOf(counts)} documents of the backup from ${header.createdAt}; the counts were verified.`,
      );
      say('Sessions are not restored: users log in again, at the latest when their token expires.');
    });
    if (!isForeign && !whileServing)
      say(
        isInContainer
          ? 'Start the containers again: docker compose up -d --wait; in a Swarm deploy.sh.'
          : 'Run npm start to restart the workers.',
      );
  } catch (error) {
    if (!begun && !signal.aborted) throw error;
    const { text = (error as Error).message } = describeFailure(error, '');
    throw new Error(`${text}\n${begun ? partOf(begun, name) : NOTHING}`, { cause: error });
  }
});

/** Checks the file before MongoDB is contacted. */
function requireReadable(file: string): void {
  try {
    accessSync(file, constants.R_OK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new UsageError(`${file} does not exist.`);
  }
}

const NOTHING = 'The database is unchanged; the same command starts again from the beginning.';
const partOf = (database: string, name: string) =>
  `The database ${database} holds only a part of the backup. Before you start a worker on it, run:
  ${isInContainer ? 'taskfleet restore' : 'npm run restore --'} ${shellQuoted(name)} --empty ${shellQuoted(database)}`;
