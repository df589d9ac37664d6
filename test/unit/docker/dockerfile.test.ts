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
    expect(JSON.stringify(inStage('process', 'COPY').map(String))).toContain('process-packages');
  });

  it('runs PM2 in the foreground by default, with an app of ecosystem.config.js', () => {
    const { apps } = jest.requireActual<Ecosystem>('../../../ecosystem.config.js');
    const command = words(inStage('', 'CMD')[0]!);
    expect([...stages.keys()].at(-1)).toBe('');
    expect(command.slice(0, -1)).toEqual(['pm2-runtime', 'start', 'ecosystem.config.js', '--only']);
    expect(apps.map(({ name }) => name)).toContain(command.at(-1));
  });
});

describe('nginx/Dockerfile', () => {
  const nginxText = read('nginx/Dockerfile');
  const [shell, flag, script] = words(DockerfileParser.parse(nginxText).getENTRYPOINTs()[0]!);

  it('is valid, and installs what it runs', () => {
    expect(validate(nginxText, { emptyContinuationLine: ValidationSeverity.ERROR })).toEqual([]);
    for (const name of ['curl', 'gettext-base', 'libnginx-mod-http-lua', 'nginx-light'])
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

describe.each([
  ['', '/health/ready', 'any worker is ready'],
  ['process', '/health/startup', 'the process has started'],
])('the health check of the stage "%s"', (stage, place, condition) => {
  const [, flag, code] = words(inStage(stage, 'HEALTHCHECK')[0]!);

  /** Runs the check against ports from `base` on. */
  const run = (base: number) =>
    new Promise<number>((resolve) => {
      const onPorts = code!.replace('4001', String(base)).replace('5501', String(base + 2));
      execFile(process.execPath, [flag!, onPorts], (error) => resolve(Number(error?.code ?? 0)));
    });

  /** Starts a worker that is ready or not. @returns its port */
  const serveStatus = async (status: number) =>
    (
      await serve((request, response) => {
        response.writeHead(request.url === place ? status : 404).end();
      })
    ).port;

  it(`passes if ${condition}`, async () => {
    expect(await run((await serveStatus(200)) - 2)).toBe(0);
  });

  it('fails if none is', async () => {
    expect(await run(await serveStatus(503))).toBe(1);
  });
});
