import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { newFolder } from '../../support/folder';

const root = path.join(__dirname, '..', '..', '..');
const folder = newFolder();

const results = path.join(root, 'bench', 'results');
const [kept] = readdirSync(results).filter((name) => name.endsWith('.json'));
cpSync(path.join(results, kept!), path.join(folder, 'kept.json'));

/** Runs npm from a folder outside the project. */
function npm(...args: string[]) {
  const { status, stdout, stderr } = spawnSync('npm', ['--prefix', root, 'run', '--silent', ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('a path on the command line', () => {
  it.each([
    ['compare', ['compare', 'kept.json', './kept.json'], /^before {2}.*Nothing is worse beyond the noise/s],
    [
      'plan',
      ['plan', '--rps', '5', '--scenario', 'cached-read', '--file', 'kept.json'],
      /^From kept\.json, /m,
    ],
  ])('npm run bench -- %s takes a file relative to the folder of the caller', (_name, args, said) => {
    expect(npm('bench', '--', ...args)).toEqual({
      status: 0,
      stdout: expect.stringMatching(said) as string,
      stderr: '',
    });
  });

  it('names a missing file by its whole path', () => {
    const { status, stderr } = npm('bench', '--', 'compare', 'a.json', 'b.json');
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining(`There is no ${path.join(folder, 'a.json')}.`) as string,
    });
  });
});
