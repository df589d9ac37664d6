'use strict';

// The arguments of the commands in src/cli; scripts/cli.js judges them before it builds anything.
const flag = { type: 'boolean' };
const text = { type: 'string' };

const admin = {
  usage: `Makes an Admin, or with --promote makes one of a user who has signed up.
  npm run admin -- --email E --username U --name N
  npm run admin -- --promote NAME    the user name or e-mail of a user
  --password-file F                  takes the password from F, or makes one and
                                     writes it there; else one is printed
  --if-none                          does nothing if there is an Admin already`,
  options: {
    email: text,
    username: text,
    name: text,
    'password-file': text,
    'if-none': flag,
    promote: text,
  },
};

const migrate = {
  usage: `Brings the data in MongoDB up to this version, as a starting worker does.
  npm run migrate                applies the migrations that are still missing
  npm run migrate -- status      lists the migrations, and when each was applied
  npm run migrate -- down        reverts the last one, if it can be reverted`,
  most: 1,
  among: ['up', 'status', 'down'],
};

const backup = {
  usage: `Writes the whole database into one file, which only its owner can read.
  npm run backup [-- FILE]       by default .local/backups/taskfleet-TIME.gz
  --no-snapshot                  reads one collection after the other, not all
                                 as of one moment`,
  options: { 'no-snapshot': flag },
  most: 1,
};

const restore = {
  usage: `Checks a backup, then writes it into an empty database. Stop the workers first.
  npm run restore -- FILE
  --empty NAME                   removes what the database of this name holds
  --while-serving                goes on although workers run: what they write
                                 meanwhile is mixed with the backup`,
  options: { empty: text, 'while-serving': flag },
  most: 1,
};

const seed = {
  usage: `Makes up users and tasks to try things with: the same each time, and none twice.
  npm run seed -- --users 100 --tasks 10000
  --seed N                       other users and tasks for each N; by default 1
  --password P                   of all of these users; by default a known one,
                                 which is not for a public system`,
  options: { users: text, tasks: text, seed: text, password: text },
};

const deadLetters = {
  usage: `Lists the dead letters: messages that took their job worker down each time.
  npm run dead-letters               each, and what became of its job
  npm run dead-letters -- --retry    tries the failed jobs among them again, and
                                     keeps messages that belong to no job
  npm run dead-letters -- --discard  gives up the failed jobs among them, and
                                     keeps no message`,
  options: { retry: flag, discard: flag },
};

const levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];
const logLevel = {
  usage: `Changes what the running processes log, until each starts anew.
  npm run log-level              shows the level of each
  npm run log-level -- LEVEL     ${levels.join(', ')}`,
  most: 1,
  among: levels,
};

module.exports = {
  commands: { admin, migrate, backup, restore, seed, 'dead-letters': deadLetters, 'log-level': logLevel },
};
