import { LOG_LEVELS } from '../lib/log-levels';

// The arguments of the commands in src/cli. The command line checks them before it builds anything.
const flag = { type: 'boolean' } as const;
const text = { type: 'string' } as const;

const admin = {
  usage: `Creates an Admin, or promotes a user who has signed up.
  npm run admin -- --email E --username U --name N
  npm run admin -- --promote NAME    promotes the user with this name or e-mail
  --password-file F                  reads the password from F, or generates one
                                     and writes it there. Without this option it
                                     prints the password that it generated
  --if-none                          does nothing if an Admin exists`,
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
  usage: `Migrates the data in MongoDB to this version, as a starting worker does.
  npm run migrate                applies all pending migrations
  npm run migrate -- status      lists the migrations with the time of each
  npm run migrate -- down        reverts the last migration, if possible`,
  most: 1,
  among: ['up', 'status', 'down'],
};

const backup = {
  usage: `Writes the whole database to one file that only its owner can read.
  npm run backup [-- FILE]       default: .local/backups/taskfleet-TIME.gz
  --no-snapshot                  reads one collection after the other instead of
                                 all from one snapshot`,
  options: { 'no-snapshot': flag },
  most: 1,
};

const restore = {
  usage: `Checks a backup, then writes it to an empty database. Stop the workers first.
  npm run restore -- FILE
  --empty NAME                   empties the database first; NAME is its name
  --while-serving                restores while workers run: their writes are
                                 mixed with the backup`,
  options: { empty: text, 'while-serving': flag },
  most: 1,
};

const seed = {
  usage: `Adds made-up users and tasks: the same ones each time, and none twice.
  npm run seed -- --users 100 --tasks 10000
  --seed N                       selects other users and tasks; default: 1
  --password P                   password of all these users. The default is
                                 known to all: never use it in production`,
  options: { users: text, tasks: text, seed: text, password: text },
};

const deadLetters = {
  usage: `Lists the dead letters: messages that crashed their job worker each time.
  npm run dead-letters               lists each with the state of its job
  npm run dead-letters -- --retry    retries their failed jobs; keeps messages
                                     that have no job
  npm run dead-letters -- --discard  discards their failed jobs and all messages`,
  options: { retry: flag, discard: flag },
};

const logLevel = {
  usage: `Sets the log level of the running processes, until each restarts.
  npm run log-level              shows the level of each process
  npm run log-level -- LEVEL     ${LOG_LEVELS.join(', ')}`,
  most: 1,
  among: LOG_LEVELS,
};

export const commands = {
  admin,
  migrate,
  backup,
  restore,
  seed,
  'dead-letters': deadLetters,
  'log-level': logLevel,
};

/** Names, groups and summaries of the same commands, for the list that `taskfleet --help` prints. */
export const dataEntries: { name: keyof typeof commands; group: string; summary: string }[] = [
  { name: 'admin', group: 'Data', summary: 'create an Admin, or promote a user' },
  { name: 'migrate', group: 'Data', summary: 'migrate the database to this version' },
  { name: 'backup', group: 'Data', summary: 'write the database to a file' },
  { name: 'restore', group: 'Data', summary: 'write a backup to an empty database' },
  { name: 'seed', group: 'Data', summary: 'add made-up users and tasks' },
  { name: 'dead-letters', group: 'Operations', summary: 'list, retry or discard dead letters' },
  { name: 'log-level', group: 'Operations', summary: 'show or set the log level of running processes' },
];
