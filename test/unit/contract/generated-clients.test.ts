import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { apiDocument } from '../../../contract/document';

const root = path.join(__dirname, '../../..');
const calls = path.join(__dirname, 'calls');
/** Lies within the repository, so that generated clients find their packages; git ignores it. */
const dir = path.join(root, '.local', 'test', 'generated-clients');
const inDir = (...names: string[]) => path.join(dir, ...names);

/** Each generator as its documentation calls it. openapi-typescript's output is kept as `client/schema.d.ts`. */
const generators: Record<string, string[]> = {
  'openapi-ts': ['-i', inDir('openapi.json'), '-o', inDir('hey-api'), '-c', '@hey-api/client-fetch', '-s'],
  orval: ['-i', inDir('openapi.json'), '-o', inDir('orval.ts'), '--client', 'fetch', '--fail-on-warnings'],
};

/** The type of a component in each client, by the name of the file that calls it. */
const clients: Record<string, (name: string) => string> = {
  'openapi-fetch': (name) => `import('#schema').components['schemas']['${name}']`,
  'hey-api': (name) => `import('#hey-api').${name}`,
  orval: (name) => `import('#orval').${name}`,
};

const options = {
  strict: true,
  noUncheckedIndexedAccess: true,
  noEmit: true,
  target: 'es2023',
  lib: ['es2023', 'dom', 'dom.iterable'],
  module: 'esnext',
  moduleResolution: 'bundler',
  types: [],
  paths: {
    '#schema': [path.join(root, 'client', 'schema.d.ts')],
    '#hey-api': [inDir('hey-api', 'index.ts')],
    '#orval': [inDir('orval.ts')],
  },
};

/** `Known<T>` takes a value unless T is `unknown` or `any`. */
const modelsOf = (typeOf: (name: string) => string) =>
  [
    'type Known<T> = unknown extends T ? never : true;',
    ...Object.keys(apiDocument.components!.schemas!).map(
      (name) => `export const ${name}: Known<${typeOf(name)}> = true;`,
    ),
  ].join('\n');

const run = (name: string, args: string[]) =>
  promisify(execFile)(path.join(root, 'node_modules', '.bin', name), args, { cwd: dir, timeout: 60_000 });

/** Output of the compiler about the calls, the models and the generated clients. */
let faults: string;

beforeAll(async () => {
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  await writeFile(inDir('openapi.json'), JSON.stringify(apiDocument));
  await Promise.all(Object.entries(generators).map(([name, args]) => run(name, args)));
  for (const [name, typeOf] of Object.entries(clients))
    await writeFile(inDir(`${name}.models.ts`), modelsOf(typeOf));
  const names = Object.keys(clients);
  const files = names.flatMap((name) => [path.join(calls, `${name}.ts`), inDir(`${name}.models.ts`)]);
  await writeFile(inDir('tsconfig.json'), JSON.stringify({ compilerOptions: options, files }));
  faults = await run('tsc', ['-p', inDir('tsconfig.json'), '--pretty', 'false']).then(
    () => '',
    (error: Error & { stdout?: string }) => error.stdout || error.message,
  );
}, 120_000);

const faultsOf = (pattern: RegExp) => faults.split('\n').filter((line) => pattern.test(line));

describe('the OpenAPI document', () => {
  it('has calls for each client', async () => {
    expect(await readdir(calls)).toEqual(
      Object.keys(clients)
        .map((name) => `${name}.ts`)
        .sort(),
    );
  });

  describe.each(Object.keys(clients))('the client of %s', (name) => {
    it('takes every right call and no wrong one', async () => {
      const text = await readFile(path.join(calls, `${name}.ts`), 'utf8');
      expect(text.match(/@ts-expect-error/g)!.length).toBeGreaterThan(20);
      expect(faultsOf(new RegExp(`calls/${name}\\.ts`))).toEqual([]);
    });

    it('knows every model of the document', () => {
      expect(faultsOf(new RegExp(`${name}\\.models\\.ts`))).toEqual([]);
    });
  });

  it('makes clients that compile by themselves', () => {
    expect(faults).toBe('');
  });
});
