import { LOG_LEVELS } from '../lib/log-levels';
import { flag, text } from './arguments';

// The arguments of the commands in src/cli. The command line checks them before it builds anything.

const admin = {
  call: 'npx taskfleet admin',
  about:
    'Creates an Admin from --email, --username and --name, or changes a user who has signed up: for when no Admin can log in.',
  options: {
    email: text('E', 'e-mail address of the new Admin'),
    username: text('U', 'name that the new Admin logs in with'),
    name: text('N', 'name that others see'),
    'password-file': text(
      'F',
      'reads the password from F, or generates one and writes it there; without this option the command prints the password that it generated',
    ),
    'if-none': flag('does nothing if an Admin exists'),
    promote: text('NAME', 'promotes the user with this username or e-mail address'),
  },
  operands: {
    '[ACTION]':
      'promote, demote, disable or enable; reset prints a token with which the user sets a new password',
    '[NAME]': 'username or e-mail address of the user',
  },
};

const migrate = {
  call: 'npx taskfleet migrate',
  about: 'Migrates the data in MongoDB to this version, as a starting worker does.',
  options: {},
  choices: {
    up: 'applies all pending migrations (the default)',
    status: 'lists the migrations with the time of each',
    down: 'reverts the last migration, if possible',
  },
};

const backup = {
  call: 'npx taskfleet backup',
  about: `Writes the whole database to one file that only its owner can read, and reads it back. If BACKUP_KEY_FILE names
the file of a key, the backup is encrypted.`,
  options: {
    keep: text('N', 'removes all but the newest N backups of the folder backups, for a timer'),
    'no-snapshot': flag('reads one collection after the other instead of all from one snapshot'),
    'new-key': text('FILE', 'writes a new key to FILE, and does nothing else'),
  },
  operands: { '[FILE]': 'the file to write (default: backups/taskfleet-TIME.gz in DATA_DIR)' },
};

const restore = {
  call: 'npx taskfleet restore',
  about: 'Checks a backup, then writes it to an empty database. Stop the workers first.',
  options: {
    empty: text('NAME', 'empties the database first; NAME is its name'),
    rehearse: flag('restores into a scratch database, compares all records, and removes it again'),
    'while-serving': flag('restores while workers run: their writes are mixed with the backup'),
  },
  operands: { FILE: 'the backup; a rehearsal takes the newest one without it' },
};

const seed = {
  call: 'npx taskfleet seed',
  about: 'Adds made-up users and tasks: the same ones each time, and none twice.',
  options: {
    users: { ...text('N', 'how many users'), default: '100' },
    tasks: { ...text('N', 'how many tasks'), default: '1000' },
    seed: { ...text('N', 'selects other users and tasks'), default: '1' },
    password: text(
      'P',
      'password of all these users; the default is known to all: never use it in production',
    ),
  },
};

const deadLetters = {
  call: 'npx taskfleet dead-letters',
  about:
    'Lists the dead letters, each with the state of its job. They are messages that crashed their job worker each time.',
  options: {
    retry: flag('retries their failed jobs; keeps messages that have no job'),
    discard: flag('discards their failed jobs and all messages'),
  },
};

const logLevel = {
  call: 'npx taskfleet log-level',
  about: 'Shows the log level of each running process, or sets the level of all of them until each restarts.',
  options: {},
  choices: Object.fromEntries(LOG_LEVELS.map((level) => [level, ''])),
};

const hosts = {
  call: 'npx taskfleet hosts',
  about:
    'Lists the hosts that use this database, with their workers, builds and clocks, or takes one out and back.',
  options: {
    json: flag('prints the list as JSON'),
    force: flag('of drain: also if no other host serves'),
  },
  operands: {
    '[ACTION]':
      'drain: its workers take no requests and no jobs, also after restarts, until resume; check: compares keys and KEY_PREFIX here with the other hosts',
    '[NAME]': 'name of the host to drain or resume',
  },
};

export const commands = {
  admin,
  migrate,
  backup,
  restore,
  seed,
  'dead-letters': deadLetters,
  'log-level': logLevel,
  hosts,
};

/** Names, groups and summaries of the same commands, for the list that `taskfleet --help` prints. */
export const dataEntries: { name: keyof typeof commands; group: string; summary: string }[] = [
  {
    name: 'admin',
    group: 'Data',
    summary: 'create an Admin; promote, demote, disable, enable or reset a user',
  },
  { name: 'migrate', group: 'Data', summary: 'migrate the database to this version' },
  { name: 'backup', group: 'Data', summary: 'write the database to a file' },
  { name: 'restore', group: 'Data', summary: 'write a backup to an empty database' },
  { name: 'seed', group: 'Data', summary: 'add made-up users and tasks' },
  { name: 'dead-letters', group: 'Operations', summary: 'list, retry or discard dead letters' },
  { name: 'hosts', group: 'Operations', summary: 'list the hosts; drain or resume one' },
  { name: 'log-level', group: 'Operations', summary: 'show or set the log level of running processes' },
];
