// The health check of MongoDB's container, run by mongosh. The first check makes what the others need: a replica set of
// this server alone, since transactions need one, and the users, each with what it needs and no more.
'use strict';

const { MONGO_PASSWORD, MONGO_API_PASSWORD, MONGO_WORKER_PASSWORD } = process.env;
const database = 'taskfleet';
const admin = db.getSiblingDB('admin');

const on = (collection, ...actions) => ({ resource: { db: database, collection }, actions });
/** What the job worker, which decodes strangers' pictures, may do. It sees neither users nor tasks. */
const privileges = [
  // It makes missing indexes when it starts.
  on('', 'createCollection', 'createIndex', 'listCollections', 'listIndexes'),
  // Migrations are the API's business: it only waits for them.
  on('migrations', 'find'),
  ...['jobs', 'avatars', 'avatar_originals', 'avatar_files.files', 'avatar_files.chunks'].map((name) =>
    on(name, 'find', 'insert', 'update', 'remove'),
  ),
];
const users = [
  {
    name: 'api',
    pwd: MONGO_API_PASSWORD,
    roles: ['readWrite', 'dbAdmin'].map((role) => ({ role, db: database })),
  },
  { name: 'worker', pwd: MONGO_WORKER_PASSWORD, roles: ['jobWorker'] },
];

/** While there is no user, MongoDB takes the first one from its own machine without a password. */
function makeAdmin() {
  try {
    rs.initiate({ _id: 'taskfleet', members: [{ _id: 0, host: 'mongo:27017' }] });
  } catch (error) {
    if (error.codeName !== 'AlreadyInitialized') throw error;
  }
  admin.runCommand({ createUser: 'admin', pwd: MONGO_PASSWORD, roles: ['root'] });
  admin.auth('admin', MONGO_PASSWORD);
}

const find = (name) => admin.runCommand({ usersInfo: name }).users[0];

/** Makes the users, or changes them if this file says something else than when they were made. */
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
