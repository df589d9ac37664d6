// Health check of MongoDB's container, run by mongosh. The first run creates a replica set, which transactions need, and the
// users with the least privileges that they need.
'use strict';

const { MONGO_PASSWORD, MONGO_API_PASSWORD, MONGO_WORKER_PASSWORD, HOSTNAME } = process.env;
/** Members of the replica set; this server alone unless deploy/swarm/servers.yml names more. */
const members = (process.env.MONGO_MEMBERS ?? 'mongo:27017').split(',');
const isAlone = members.length === 1;
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

/** Creates the replica set. The first member does so once it reaches the others, which wait for it. */
function initiate() {
  if (!isAlone && members[0] !== `${HOSTNAME}:27017`) return;
  try {
    rs.initiate({ _id: 'taskfleet', members: members.map((host, _id) => ({ _id, host })) });
  } catch (/** @type {any} */ error) {
    const isEarly = !isAlone && error.codeName === 'NodeNotFound';
    if (error.codeName !== 'AlreadyInitialized' && !isEarly) throw error;
  }
}

/** Creates the first user. MongoDB accepts it from its own host without a password while it has no user. */
function makeAdmin() {
  admin.runCommand({ createUser: 'admin', pwd: MONGO_PASSWORD, roles: ['root'] });
  admin.auth('admin', MONGO_PASSWORD);
}

/** @param {string} name */
const find = (name) => admin.runCommand({ usersInfo: name }).users[0];

const made = JSON.stringify([privileges, users.map(({ name, roles }) => [name, roles])]);
const areMade = () => find('worker')?.customData?.made === made;

/** Creates the users, or updates them if this file has changed since. */
function ensureUsers() {
  if (areMade()) return;
  const isThere = admin.runCommand({ rolesInfo: 'jobWorker' }).roles.length > 0;
  admin.runCommand({ [isThere ? 'updateRole' : 'createRole']: 'jobWorker', privileges, roles: [] });
  for (const { name, pwd, roles } of users)
    admin.runCommand({ [find(name) ? 'updateUser' : 'createUser']: name, pwd, roles, customData: { made } });
}

const isPrimary = () => db.hello().isWritablePrimary;

/** @returns false if this server has no user yet */
function logIn() {
  try {
    admin.auth('admin', MONGO_PASSWORD);
    return true;
  } catch {
    return false;
  }
}

const isKnown = logIn();
if (!isKnown) initiate();
// A secondary is healthy, and so is a member without a primary: restarting it would not make one.
if (isAlone || isPrimary()) {
  if (!isKnown) makeAdmin();
  ensureUsers();
}
// Whichever member was primary created them, so this one need not look again.
if (isKnown && areMade()) print('The users are there.');
if (isAlone && !isPrimary()) quit(1);
