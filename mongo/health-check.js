// Health check of MongoDB's container, run by mongosh. The first run creates a replica set of this server alone, which
// transactions need, and the users with the least privileges that they need.
'use strict';

const { MONGO_PASSWORD, MONGO_API_PASSWORD, MONGO_WORKER_PASSWORD } = process.env;
const database = 'taskfleet';
const admin = db.getSiblingDB('admin');

/** @param {string} collection @param {string[]} actions */
const on = (collection, ...actions) => ({ resource: { db: database, collection }, actions });
/** Privileges of the job worker. It can't read users and tasks, because it decodes untrusted pictures. */
const privileges = [
  // The job worker creates missing indexes when it starts.
  on('', 'createCollection', 'createIndex', 'listCollections', 'listIndexes'),
  // The API runs migrations; the job worker only waits for them.
  on('migrations', 'find'),
  ...['jobs', 'hosts', 'avatars', 'avatar_originals', 'avatar_files.files', 'avatar_files.chunks'].map(
    (name) => on(name, 'find', 'insert', 'update', 'remove'),
  ),
];
const users = [
  {
    name: 'api',
    pwd: MONGO_API_PASSWORD,
    // `taskfleet restore --rehearse` restores into the second.
    roles: [database, `${database}_rehearsal`].flatMap((name) =>
      ['readWrite', 'dbAdmin'].map((role) => ({ role, db: name })),
    ),
  },
  { name: 'worker', pwd: MONGO_WORKER_PASSWORD, roles: ['jobWorker'] },
];

/** Creates the first user. MongoDB accepts it from its own host without a password while it has no user. */
function makeAdmin() {
  try {
    rs.initiate({ _id: 'taskfleet', members: [{ _id: 0, host: 'mongo:27017' }] });
  } catch (/** @type {any} */ error) {
    if (error.codeName !== 'AlreadyInitialized') throw error;
  }
  admin.runCommand({ createUser: 'admin', pwd: MONGO_PASSWORD, roles: ['root'] });
  admin.auth('admin', MONGO_PASSWORD);
}

/** @param {string} name */
const find = (name) => admin.runCommand({ usersInfo: name }).users[0];

/** Creates the users, or updates them if this file has changed since. */
function ensureUsers() {
  const made = JSON.stringify([privileges, users.map(({ name, roles }) => [name, roles])]);
  if (find('worker')?.customData?.made === made) return;
  const isThere = admin.runCommand({ rolesInfo: 'jobWorker' }).roles.length > 0;
  admin.runCommand({ [isThere ? 'updateRole' : 'createRole']: 'jobWorker', privileges, roles: [] });
  for (const { name, pwd, roles } of users)
    admin.runCommand({ [find(name) ? 'updateUser' : 'createUser']: name, pwd, roles, customData: { made } });
}

try {
  admin.auth('admin', MONGO_PASSWORD);
} catch {
  makeAdmin();
}
ensureUsers();
if (!db.hello().isWritablePrimary) quit(1);
