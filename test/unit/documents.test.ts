import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(__dirname, '..', '..');
const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((file) => existsSync(path.join(root, file)));
const documents = files.filter((file) => file.endsWith('.md') && !file.startsWith('bench/results/'));
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const withoutCode = (text: string) => text.replace(/^```[^]*?^```/gm, '');

/** The anchor that GitHub gives a title. */
const anchorOf = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
const anchorsOf = (file: string) =>
  [...withoutCode(read(file)).matchAll(/^#+ (.+)$/gm)].map(([, title]) => anchorOf(title!));

const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

const usages = new Map<string, string>();
/** What `npx taskfleet NAME --help` prints; NAME may be two words. */
function usageOf(name: string): string {
  const args = ['scripts/bootstrap.js', ...name.split(' ').filter(Boolean), '--help'];
  if (!usages.has(name))
    usages.set(name, spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' }).stdout);
  return usages.get(name)!;
}

/** The commands of the project in the scripts of a document, each with its options. */
const commandsIn = (text: string) =>
  [...text.matchAll(/^```sh\n([^]*?)^```/gm)]
    .flatMap(([, block]) => block!.split('\n'))
    .map((line) => line.replace(/(^|\s)#.*/, ''))
    .flatMap((line) => {
      const [, name, rest] = /\b(?:npx taskfleet|npm run) ([a-z][\w:-]*)(.*)/.exec(line) ?? [];
      const second = name === 'bench' && /^(?: --)? (plan|compare)\b/.exec(rest!)?.[1];
      return name
        ? [{ name: second ? `${name} ${second}` : name, options: rest!.match(/(?<=\s)--[a-z][\w-]*/g) ?? [] }]
        : [];
    });

describe.each(documents)('%s', (file) => {
  const text = read(file);

  it('has links that lead somewhere', () => {
    const links = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
    const dead = links.filter((link) => {
      if (/^https?:/.test(link)) return false;
      const [name, anchor] = link.split('#') as [string, string?];
      const target = name ? path.join(path.dirname(file), name) : file;
      if (!existsSync(path.join(root, target))) return true;
      return anchor !== undefined && !anchorsOf(target).includes(anchor);
    });
    expect(dead).toEqual([]);
  });

  it('names files that are in the repository', () => {
    const names = [
      ...withoutCode(text).matchAll(/`((?:[\w-]+\/)*[\w.-]+\.(?:ts|js|json|ya?ml|md|lua|sh|template))`/g),
    ];
    const known = (name: string) =>
      files.some((one) => one === name || one.endsWith(`/${name}`)) || NOT_KEPT.includes(name);
    expect(names.map(([, name]) => name!).filter((name) => !known(name))).toEqual([]);
  });

  it('names commands that are there, with options that they have', () => {
    const named = [
      ...text.matchAll(/\bnpm (?:run )?(?!run\b|ci\b|sbom\b|packages\b|and\b)([a-z][\w:-]*)/g),
    ].map(([, name]) => name!);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    const listed = usageOf('');
    const missing = [...text.matchAll(/\bnpx taskfleet ([a-z][\w-]*)/g)]
      .map(([, name]) => name!)
      .filter((name) => !new RegExp(`^ +${name}\\b`, 'm').test(listed));
    expect(missing).toEqual([]);
    const faults = commandsIn(text).flatMap(({ name, options }) =>
      options.filter((option) => !usageOf(name).includes(option)).map((option) => `${name} ${option}`),
    );
    expect(faults).toEqual([]);
  });

  it('has lines of at most 110 columns, tables apart', () => {
    const long = text.split('\n').filter((line) => [...line].length > 110 && !/^\||\]\(https?:/.test(line));
    expect(long).toEqual([]);
  });

  it('is read in ten minutes, tables apart, which are looked up', () => {
    const prose = withoutCode(text).replace(/^\|.*$/gm, '');
    expect(prose.split(/\s+/).length).toBeLessThan(2_600);
  });
});

const NOT_KEPT = ['nginx.conf', 'api.js', 'worker.js', 'build.json', 'src/migrations/YYYYMMDDhhmmss-name.ts'];

describe('README.md', () => {
  it('has about 100 lines', () => {
    expect(read('README.md').split('\n').length).toBeLessThan(115);
  });
});
