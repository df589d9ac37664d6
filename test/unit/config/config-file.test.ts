import { chownSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  addMissing,
  changeConfigFile,
  configFileOf,
  dataDirOf,
  parseConfigFile,
  recordDataDir,
  requireConfigFile,
} from '../../../src/config/config-file';
import { misspelled } from '../../../src/config/known-names';
import { newFolder } from '../../support/folder';

const folder = newFolder();
const file = path.join(folder, 'taskfleet.env');

describe('the configuration file', () => {
  it('reads lines that systemd and Docker read alike', () => {
    const text =
      '# a comment\nMONGO_URL=mongodb://a:b@c/d?e=f\r\n\nCORS_ORIGINS=\nDISK_PLACES={"database":"/a b"}\n';
    expect(parseConfigFile(text)).toEqual({
      values: {
        MONGO_URL: 'mongodb://a:b@c/d?e=f',
        CORS_ORIGINS: '',
        DISK_PLACES: '{"database":"/a b"}',
      },
      faults: [],
    });
  });

  it('names each other line with its number and the cure, and shows no value', () => {
    const lines = ['export A=s3cret', 'B="s3cret"', 'C=s3cret\\n', 'D= s3cret', 'E=s3cret # f', 'F=1', 'F=2'];
    const { values, faults } = parseConfigFile(lines.join('\n'));
    expect(values).toEqual({ F: '1' });
    expect(faults).toEqual([
      'line 1: write NAME=value',
      'line 2 (B): write the value without quotes',
      'line 3 (C): a value cannot contain a backslash',
      'line 4 (D): a value cannot begin or end with a blank',
      'line 5 (E): write a comment on a line of its own',
      'line 7 (F): F is set twice',
    ]);
  });

  it('is changed in place: comments, order and mode stay, and a new one is for its owner alone', () => {
    changeConfigFile(file, { A: '1', B: '2' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    writeFileSync(file, '# first\nA=1\nAB=0\n\nB=2\n', { mode: 0o640 });
    changeConfigFile(file, { A: '3', C: '4', B: undefined, D: undefined });
    expect(readFileSync(file, 'utf8')).toBe('# first\nA=3\nAB=0\n\nC=4\n');
  });

  it('names a line that is not in UTF-8', () => {
    writeFileSync(file, Buffer.from('A=M\xfcller\n', 'latin1'));
    expect(parseConfigFile(readFileSync(file, 'utf8')).faults).toEqual([
      'line 1 (A): write the file in UTF-8',
    ]);
  });

  it('names the mark that some editors put before the first line', () => {
    expect(parseConfigFile('\uFEFFA=1\n').faults).toEqual(['line 1: remove the byte order mark before it']);
  });

  const asRoot = process.getuid?.() === 0 ? it : it.skip;
  asRoot(
    'stays readable for its owner if root changes it, as does a new one in a folder of another user',
    () => {
      const [user, group] = [65_533, 65_534];
      const home = path.join(folder, 'home');
      mkdirSync(home);
      chownSync(home, user, group);
      const own = path.join(home, 'taskfleet.env');
      const ownerOf = () => [statSync(own).uid, statSync(own).gid];
      changeConfigFile(own, { A: '1' });
      expect(ownerOf()).toEqual([user, group]);
      chownSync(own, 0, group);
      changeConfigFile(own, { A: '2' });
      expect(ownerOf()).toEqual([0, group]);
    },
  );

  it('gives way to the environment, in which an empty variable counts as unset', () => {
    const env = { A: '1', B: '', C: 'same' };
    expect(addMissing({ A: '2', B: '3', C: 'same', D: '4' }, env)).toEqual(['A']);
    expect(env).toEqual({ A: '1', B: '3', C: 'same', D: '4' });
  });

  it('lies where TASKFLEET_CONFIG says, else in DATA_DIR, else in the folder of the last start', () => {
    const root = path.join(folder, 'clone');
    const env = { INIT_CWD: folder };
    expect(configFileOf(root, env)).toBe(path.join(root, '.local', 'taskfleet.env'));
    recordDataDir(root, path.join(folder, 'data'));
    expect(configFileOf(root, env)).toBe(path.join(folder, 'data', 'taskfleet.env'));
    expect(configFileOf(root, { ...env, DATA_DIR: 'b' })).toBe(path.join(folder, 'b', 'taskfleet.env'));
    expect(configFileOf(root, { ...env, DATA_DIR: 'b', TASKFLEET_CONFIG: 'c.env' })).toBe(
      path.join(folder, 'c.env'),
    );
    recordDataDir(root, path.join(root, '.local'));
    expect(dataDirOf(root, env)).toBe(path.join(root, '.local'));
  });

  it('is refused if it is named and missing, or moves the data folder that it lies in', () => {
    const [root, data] = [path.join(folder, 'other'), path.join(folder, 'other', '.local')];
    expect(() => requireConfigFile(root, { TASKFLEET_CONFIG: '/nowhere.env' })).toThrow(
      'TASKFLEET_CONFIG names /nowhere.env, which does not exist.',
    );
    mkdirSync(data, { recursive: true });
    const own = path.join(data, 'taskfleet.env');
    writeFileSync(own, 'DATA_DIR=/elsewhere\n');
    expect(() => requireConfigFile(root, {})).toThrow('only a file that TASKFLEET_CONFIG names');
    expect(requireConfigFile(root, { TASKFLEET_CONFIG: own }).values).toEqual({ DATA_DIR: '/elsewhere' });
  });

  it('reports misspelled names of an environment, and none of what shells usually set', () => {
    expect(misspelled({ BALANCNG: 'x', MONGO_URI: 'y', BALANCING: 'z' })).toEqual([
      { name: 'BALANCNG', meant: 'BALANCING' },
      { name: 'MONGO_URI', meant: 'MONGO_URL' },
    ]);
    const usual =
      'COLORTERM COLUMNS DBUS_SESSION_BUS_ADDRESS DEBIAN_FRONTEND DISPLAY EDITOR GOPATH HISTFILE HISTSIZE HOME ' +
      'HOSTNAME HOSTTYPE HTTP_PROXY HTTPS_PROXY INVOCATION_ID JAVA_HOME JOURNAL_STREAM KUBECONFIG LANG LANGUAGE ' +
      'LC_ALL LESSCLOSE LESSOPEN LINES LISTEN_FDS LISTEN_PID LOGNAME LS_COLORS MACHTYPE MAIL MOTD_SHOWN NO_COLOR ' +
      'NODE_OPTIONS NODE_PATH NOTIFY_SOCKET NVM_BIN NVM_DIR OLDPWD OSTYPE PAGER PATH PWD PYTHONPATH RUNTIME_DIRECTORY ' +
      'SHELL SHLVL SSH_AUTH_SOCK SSH_CLIENT SSH_CONNECTION SSH_TTY SUDO_COMMAND SUDO_GID SUDO_UID SUDO_USER TERM ' +
      'TMPDIR TZ USER VISUAL VIRTUAL_ENV XDG_CONFIG_HOME XDG_DATA_DIRS XDG_DATA_HOME XDG_RUNTIME_DIR ' +
      'XDG_SESSION_ID XDG_STATE_HOME';
    expect(misspelled(Object.fromEntries(usual.split(' ').map((name) => [name, 'x'])))).toEqual([]);
  });
});
