import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Copy, DockerfileParser, type Instruction } from 'dockerfile-ast';
import { validate, ValidationSeverity } from 'dockerfile-utils';
import { serve } from '../../support/serve';

interface Ecosystem {
  apps: { name: string }[];
}

const root = path.join(__dirname, '..', '..', '..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const text = read('Dockerfile');
const dockerfile = DockerfileParser.parse(text);
/** The words of a command in JSON form. */
const words = (instruction: Instruction) => {
  const content = instruction.getArgumentsContent()!;
  return JSON.parse(content.slice(content.indexOf('[')).replaceAll('\\\n', '')) as string[];
};

/** The instructions of each stage; the last one has no name. */
const stages = new Map<string, Instruction[]>();
for (const instruction of dockerfile.getInstructions()) {
  const { line } = instruction.getRange().start;
  const from = dockerfile.getFROMs().filter((candidate) => candidate.getRange().start.line <= line);
  const name = from.at(-1)?.getBuildStage() ?? '';
  stages.set(name, [...(stages.get(name) ?? []), instruction]);
}
const inStage = (stage: string, keyword: string) =>
  stages.get(stage)!.filter((instruction) => instruction.getKeyword() === keyword);

/** The files that the image copies from the repository. */
const sources = dockerfile
  .getCOPYs()
  .filter((copy: Copy) => copy.getFlags().length === 0)
  .flatMap((copy: Copy) => copy.getArguments().slice(0, -1))
  .map(String);

describe('Dockerfile', () => {
  it('is valid', () => {
    const strict = ValidationSeverity.ERROR;
    expect(validate(text, { emptyContinuationLine: strict, instructionWorkdirRelative: strict })).toEqual([]);
  });

  it('copies only existing files that .dockerignore allows', () => {
    const ignored = read('.dockerignore').split('\n');
    expect(ignored).toContain('*');
    for (const source of sources) {
      expect(existsSync(path.join(root, source))).toBe(true);
      expect(ignored).toContain(`!${source}`);
    }
  });

  it('copies the files that ecosystem.config.js requires', () => {
    const required = [...read('ecosystem.config.js').matchAll(/require\('\.\/(.+?)'\)/g)];
    for (const [, file] of required) expect(sources).toContain(`${file}.js`);
  });

  it('runs a version of Node that package.json accepts', () => {
    const [base] = dockerfile.getFROMs();
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
    const least = Number(/^>=(\d+)/.exec(engines.node)?.[1]);
    expect(Number.parseInt(base!.getImageTag() ?? '')).toBeGreaterThanOrEqual(least);
  });

  it.each(['process', ''])('runs the stage "%s" as a user other than root', (stage) => {
    expect(inStage(stage, 'USER').at(-1)?.getArgumentsContent()).toMatch(/^[1-9]\d*$/);
  });

  it.each(['process', ''])('copies into the stage "%s" only files whose modes and times are set', (stage) => {
    for (const copy of inStage(stage, 'COPY') as Copy[])
      expect(copy.getArguments().map(String)).toEqual([expect.stringMatching(/^\/layer\//), '/']);
    expect(inStage(stage, 'RUN')).toEqual([]);
    const made = inStage('files', 'RUN').map(String).join(' ');
    expect(made).toContain('chmod -R a+rX,go-w .');
    expect(made).toContain('find . -exec touch --no-dereference --date=@$SOURCE_DATE_EPOCH {} +');
  });

  it('copies only from stages that stand before', () => {
    const names = [...stages.keys()];
    for (const [index, stage] of names.entries())
      for (const copy of inStage(stage, 'COPY') as Copy[])
        for (const flag of copy.getFlags()) expect(names.slice(0, index)).toContain(flag.getValue());
  });

  it('has a target that runs one process without PM2, by a file of the build', () => {
    const [command, file] = words(inStage('process', 'CMD')[0]!);
    expect(command).toBe('node');
    for (const entry of [file!, 'dist/worker.js'])
      expect(existsSync(path.join(root, entry.replace(/^dist/, 'src').replace(/js$/, 'ts')))).toBe(true);
    const uninstalled = inStage('process-packages', 'RUN')[0]!.getArgumentsContent();
    expect(uninstalled).toMatch(/^npm uninstall .*\bpm2$/);
    expect(inStage('files', 'COPY').map(String)).toContainEqual(
      expect.stringMatching(/--from=process-packages .* \/layer\/process-packages\/app\/node_modules$/),
    );
    expect(inStage('process', 'COPY').map(String).join(' ')).toContain(' /layer/process-packages /');
  });

  it('runs PM2 in the foreground by default, with an app of ecosystem.config.js', () => {
    const { apps } = jest.requireActual<Ecosystem>('../../../ecosystem.config.js');
    const command = words(inStage('', 'CMD')[0]!);
    expect([...stages.keys()].at(-1)).toBe('');
    expect(command.slice(0, -1)).toEqual(['node', 'dist/cli/in-container.js']);
    expect(apps.map(({ name }) => name)).toContain(command.at(-1));
  });
});

describe('nginx/Dockerfile', () => {
  const nginxText = read('nginx/Dockerfile');
  const [shell, flag, script] = words(DockerfileParser.parse(nginxText).getENTRYPOINTs()[0]!);

  it('is valid, and installs what it runs', () => {
    expect(validate(nginxText, { emptyContinuationLine: ValidationSeverity.ERROR })).toEqual([]);
    for (const name of ['curl', 'gettext-base', 'libnginx-mod-http-lua', 'lua-nginx-dns', 'nginx-light'])
      expect(nginxText).toContain(` ${name} `);
  });

  it('fills in the variables of the environment, and leaves those of NGINX', () => {
    // `printf` stands in for `envsubst` and shows its arguments.
    const shown = script!.replace('envsubst', 'printf %s').replace(/<.*/s, '');
    const env = { PATH: process.env.PATH, BALANCING: 'response-time', API_SERVERS: 'server a=b; server c;' };
    const names = execFileSync(shell!, [flag!, shown], { env, encoding: 'utf8' });
    expect(names.split('\n')).toEqual(expect.arrayContaining(['$BALANCING', '$API_SERVERS', '$PATH']));
    expect(names).not.toMatch(/=|response-time|\$[a-z]/);
  });
});

/** Runs a script as a health check does. @returns its exit status */
const exitOf = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  new Promise<number>((resolve) => {
    const options = { cwd: root, env: { PATH: process.env.PATH, ...env } };
    execFile(process.execPath, args, options, (error) => resolve(Number(error?.code ?? 0)));
  });

/** Starts a server that answers one path with this status. @returns its port */
const serveStatus = async (place: string, status: number) =>
  (
    await serve((request, response) => {
      response.writeHead(request.url === place ? status : 404).end();
    })
  ).port;

describe('the health check of the image with PM2', () => {
  const [, flag, code] = words(inStage('', 'HEALTHCHECK')[0]!);
  /** Runs the check against ports from `base` on. */
  const run = (base: number) => exitOf([flag!, code!.replace('4001', String(base))]);

  it('passes if any worker is ready', async () => {
    expect(await run((await serveStatus('/health/ready', 200)) - 2)).toBe(0);
  });

  it('fails if none is', async () => {
    expect(await run(await serveStatus('/health/ready', 503))).toBe(1);
  });
});

describe('the health check of the image of one process', () => {
  const [, flag, code] = words(inStage('process', 'HEALTHCHECK')[0]!);
  /** Runs the check with the sources in place of the build. */
  const run = (env: NodeJS.ProcessEnv) =>
    exitOf(
      ['--import', 'tsx', flag!, code!.replace('./dist/config/door-ports.js', './src/config/door-ports.ts')],
      env,
    );

  it.each([
    ['an API worker', (port: number) => ({ INTERNAL_PORT: String(port) })],
    ['a job worker', (port: number) => ({ INTERNAL_PORT: String(port - 500) })],
    ['an API worker by BASE_PORT', (port: number) => ({ BASE_PORT: String(port - 1_000) })],
    ['the third API worker', (port: number) => ({ INTERNAL_PORT: String(port - 2), NODE_APP_INSTANCE: '2' })],
    [
      'one that listens on all addresses',
      (port: number) => ({ INTERNAL_PORT: String(port), INTERNAL_HOST: '0.0.0.0' }),
    ],
  ])('passes if %s has started, by its internal port alone', async (_, envOf) => {
    expect(await run(envOf(await serveStatus('/health/startup', 200)))).toBe(0);
  });

  it('fails if it has not, or none listens', async () => {
    expect(await run({ INTERNAL_PORT: String(await serveStatus('/health/startup', 503)) })).toBe(1);
    expect(await run({ INTERNAL_PORT: '1' })).toBe(1);
  });
});
