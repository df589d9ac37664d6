import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { newFolder } from '../../support/folder';

const root = path.join(__dirname, '..', '..', '..');
const folder = newFolder();

describe('the repository', () => {
  it('keeps its line ends in a clone with core.autocrlf=true', () => {
    const files = [
      '.gitattributes',
      '.ci/run',
      'contract/openapi.json',
      'docs/images/ops.png',
      'nginx/balancing/balance.lua',
      'nginx/nginx.conf.template',
      'tools/local-servers/servers/run-nginx.sh',
      'src/ops/page/ops.css',
    ];
    const [source, clone] = [path.join(folder, 'source'), path.join(folder, 'clone')];
    const git = (...args: string[]) =>
      execFileSync(
        'git',
        ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'core.autocrlf=true', ...args],
        {
          cwd: folder,
          env: { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: '1' },
          stdio: 'pipe',
        },
      );
    mkdirSync(source);
    for (const name of files) cpSync(path.join(root, name), path.join(source, name));
    git('init', '-q', source);
    git('-C', source, 'add', '-A');
    git('-C', source, 'commit', '-qm', 'all');
    git('clone', '-q', source, clone);
    for (const name of files)
      expect({
        name,
        isSame: readFileSync(path.join(clone, name)).equals(readFileSync(path.join(root, name))),
      }).toEqual({ name, isSame: true });
  });
});
