import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { apiDocument } from '../../contract/document';

const root = path.join(__dirname, '..', '..');
const MOVE = 'regexp/no-super-linear-move';
const BACKTRACKING = 'regexp/no-super-linear-backtracking';

const known: [name: string, code: string, rule: string | undefined][] = [
  ['the cubic one', String.raw`/([?&][^=&]*(?:token|password)[^=&]*=)[^&]*/gi`, MOVE],
  ['a quadratic end', String.raw`/\s+$/`, MOVE],
  ['a quadratic search', String.raw`/<([^>]+)>; rel="next"/`, MOVE],
  ['a quadratic middle', String.raw`/^[^\0]*[^\s\0][^\0]*$/`, BACKTRACKING],
  ['an exponential one', String.raw`/^(a+)+$/`, BACKTRACKING],
  ['one of a schema', String.raw`z.string().regex(/^(?:[a-z]+,?)*$/)`, BACKTRACKING],
  ['one made of a text', `new RegExp('^a*a*$')`, BACKTRACKING],
  ['one made of a template', 'new RegExp(`^a*a*$`)', BACKTRACKING],
  ['nothing of a list', String.raw`/^[\w-]+(?:\.[\w-]+)*$/`, undefined],
  ['nothing of a search for words', String.raw`/token|secret/i`, undefined],
];

function patternsIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const { pattern } = node as { pattern?: unknown };
  return [...(typeof pattern === 'string' ? [pattern] : []), ...Object.values(node).flatMap(patternsIn)];
}
/** Clients know it, so it can only change with a new major version; the API itself does not run it. */
const RELEASED = String.raw`^[^\0]*[^\s\0][^\0]*$`;
const published = [...new Set(patternsIn(apiDocument))].filter((pattern) => pattern !== RELEASED);

const template = readFileSync(path.join(root, 'nginx', 'nginx.conf.template'), 'utf8');
const ofNginx = [...template.matchAll(/^\s+(?:location )?'?~\*? ?([^\s']+)/gm)].map(
  ([, pattern]) => pattern!,
);

const asCode = (pattern: string) => `new RegExp(${JSON.stringify(pattern)})`;
const lines = [...known.map(([, code]) => code), ...[...published, ...ofNginx].map(asCode)];
let found: Map<string, string[]>;

beforeAll(() => {
  // Judges them as `npm run lint` does a file of src/, all in one run.
  const args = ['--stdin', '--stdin-filename', path.join(root, 'src', 'patterns.js'), '--format', 'json'];
  const eslint = path.join(root, 'node_modules', 'eslint', 'bin', 'eslint.js');
  const input = lines.map((line) => `void ${line};`).join('\n');
  const { stdout } = spawnSync(process.execPath, [eslint, ...args], { cwd: root, input, encoding: 'utf8' });
  const [{ messages }] = JSON.parse(stdout) as [{ messages: { ruleId: string; line: number }[] }];
  const rulesAt = (line: number) =>
    messages.filter((one) => one.line === line && one.ruleId.startsWith('regexp/')).map((one) => one.ruleId);
  found = new Map(lines.map((line, index) => [line, rulesAt(index + 1)]));
}, 120_000);

describe('the check of patterns', () => {
  it.each(known)('reports %s', (_name, code, rule) => expect(found.get(code)![0]).toBe(rule));

  it.each(published)('publishes a linear pattern: %s', (pattern) =>
    expect(found.get(asCode(pattern))).toEqual([]),
  );

  it('finds the patterns of NGINX', () => expect(ofNginx.length).toBeGreaterThanOrEqual(4));

  it.each(ofNginx)('gives NGINX a linear pattern: %s', (pattern) =>
    expect(found.get(asCode(pattern))).toEqual([]),
  );
});
