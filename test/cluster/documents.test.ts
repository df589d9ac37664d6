import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { useCluster } from '../support/cluster';
import { newFolder } from '../support/folder';

const root = path.join(__dirname, '..', '..');
const admin = { email: 'admin@taskfleet.local', username: 'admin', password: 'of the documents test' };
let dir: string;

const cluster = useCluster();
beforeAll(async () => {
  await cluster.ensureAdmin(admin);
  for (const name of ['ada', 'grace', 'alan']) await cluster.removeUser(admin, name, `${name}@example.com`);
  dir = newFolder();
  await mkdir(path.join(dir, '.local'));
  await writeFile(path.join(dir, '.local', 'admin-password'), admin.password);
  await writeFile(path.join(dir, '.local', 'stack.json'), JSON.stringify({ url: cluster.url }));
  await cp(path.join(root, 'docs', 'images'), path.join(dir, 'docs', 'images'), { recursive: true });
}, 120_000);

/** Prints the status of each request; requests of a waiting loop (`curl -sf`) may fail. */
const WRAPPER = `curl() {
  case " $* " in *" -sf "*) command curl "$@"; return;; esac
  command curl --write-out '%{stderr}status %{http_code} %{url_effective}\\n' "$@"
}
`;

/** The statuses that a script announces for its requests: \`# → 412\`, else success. */
const expectedOf = (script: string) =>
  [...script.matchAll(/\bcurl (?!-sf)[^]*?(?=\bcurl |$)/g)].map(
    ([text]) => /# → (\d{3})/.exec(text)?.[1] ?? '2xx',
  );

/** Makes or changes containers, so it is not run here: the requests to localhost in its block are sent to the cluster. */
const OF_AN_ENGINE = /^(?:docker|kind|kubectl) /m;

describe('the documents', () => {
  /** The scripts of a document that send requests, on the ports of this cluster. */
  function scriptOf(name: string): string {
    const { ports } = cluster.stack.info();
    const page = readFileSync(path.join(root, name), 'utf8');
    return [...page.matchAll(/^```sh\n([^]*?)^```/gm)]
      .map(([, block]) => block!)
      .filter((block) => block.includes('curl '))
      .map((block) =>
        OF_AN_ENGINE.test(block) ? (block.match(/^curl .*localhost:.*\n/gm) ?? []).join('') : block,
      )
      .join('')
      .replaceAll('localhost:3000', `localhost:${ports.nginx}`)
      .replaceAll('localhost:4001', `localhost:${ports.api}`)
      .replaceAll('localhost:5001', `localhost:${ports.api! + 1_000}`)
      .replaceAll('localhost:5501', `localhost:${ports.api! + 1_500}`)
      .replaceAll('localhost:9464', `localhost:${ports.metrics}`);
  }

  const withRequests = [
    'README.md',
    ...readdirSync(path.join(root, 'docs')).map((name) => `docs/${name}`),
  ].filter((name) => name.endsWith('.md') && /^curl /m.test(readFileSync(path.join(root, name), 'utf8')));

  it.each(withRequests)(
    'every request in %s is answered as it says',
    (name) => {
      const script = scriptOf(name);
      const { stderr, status } = spawnSync('bash', ['-e', '-c', WRAPPER + script], {
        cwd: dir,
        encoding: 'utf8',
        timeout: 60_000,
        // Node's default of 1 MB is less than the metrics of a cluster that other tests have used.
        maxBuffer: 64e6,
      });
      const answers = [...stderr.matchAll(/^status (\d{3}) (\S+)$/gm)].map(([, code, url]) => ({
        code,
        url,
      }));
      const expected = expectedOf(script);
      expect(expected.length).toBeGreaterThan(0);
      expect(answers.map(({ code, url }) => `${/^2/.test(code!) ? '2xx' : code} ${url}`)).toEqual(
        answers.map(({ url }, index) => `${expected[index]} ${url}`),
      );
      expect(answers).toHaveLength(expected.length);
      expect(status).toBe(0);
    },
    90_000,
  );

  it('the program in docs/clients.md compiles and runs', async () => {
    const page = await readFile(path.join(root, 'docs', 'clients.md'), 'utf8');
    const program = /^```ts\n([^]*?)^```/m.exec(page)![1]!;
    // In .local, as the document says, so that its import finds the client.
    const place = await mkdtemp(path.join(root, '.local', 'readme-'));
    const run = (command: string, ...args: string[]) =>
      spawnSync(path.join(root, 'node_modules', '.bin', command), args, {
        env: { ...process.env, URL: cluster.url, PASSWORD: admin.password },
        encoding: 'utf8',
        timeout: 60_000,
      });
    try {
      await writeFile(path.join(place, 'try.ts'), program.replace("'../client'", "'../../client'"));
      const project = { extends: '../../tsconfig.json', include: ['try.ts'] };
      await writeFile(path.join(place, 'tsconfig.json'), JSON.stringify(project));
      expect(run('tsc', '--project', place)).toMatchObject({ stdout: '', status: 0 });
      const { stdout, status } = run('tsx', path.join(place, 'try.ts'));
      expect(stdout).toMatch(/^[0-9a-f]{24} 2 \S+/);
      expect(status).toBe(0);
    } finally {
      await rm(place, { recursive: true });
    }
  }, 120_000);
});
