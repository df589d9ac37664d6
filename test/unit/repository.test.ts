import { execFileSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(__dirname, '..', '..');
const read = (name: string) => readFileSync(path.join(root, name), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  license: string;
  engines: { node: string };
  scripts: Record<string, string>;
};
const WORKFLOW = '.github/workflows/ci.yml';

interface Workflow {
  jobs: { steps: { run?: string }[]; strategy: { matrix: { node: number[] } } }[];
  errors: string[];
}

// GitHub's own parser is made of ES modules that import JSON as bundlers do: tsx loads them, jest and Node do not.
const PARSE = `
  const { parseWorkflow, convertWorkflowTemplate, NoOperationTraceWriter } = await import('@actions/workflow-parser');
  const [name, content] = process.argv.slice(1);
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  const template = value && (await convertWorkflowTemplate(context, value));
  const errors = [...context.errors.getErrors(), ...(template?.errors ?? [])].map((error) => error.message);
  console.log(JSON.stringify({ ...template, errors }));`;

const parse = (content: string) =>
  JSON.parse(
    execFileSync(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', PARSE, '--', WORKFLOW, content],
      {
        cwd: root,
        encoding: 'utf8',
      },
    ),
  ) as Workflow;

describe('the CI workflow', () => {
  const content = read(WORKFLOW);

  it("is valid by GitHub's parser, which finds faults in others", () => {
    expect(parse(content).errors).toEqual([]);
    expect(parse(content.replace('runs-on:', 'run-on:')).errors.join()).toContain('run-on');
    expect(parse(content.replace('matrix.node', 'matix.node')).errors.join()).toContain('matix');
  });

  it('runs only commands of this repository', () => {
    const commands = [...content.matchAll(/\brun: (.+)$/gm)].map(([, command]) => command!);
    expect(commands).toEqual(['npm start', '.ci/run', 'npm stop']);
    accessSync(path.join(root, '.ci/run'), constants.X_OK);
    expect(manifest.scripts).toMatchObject({ start: expect.any(String), stop: expect.any(String) });
  });

  it('covers the oldest Node.js that is supported and the recommended one', () => {
    const versions = /node: \[(.+)\]/.exec(content)![1]!.split(', ');
    expect(versions).toContain(/\d+/.exec(manifest.engines.node)![0]);
    expect(versions).toContain(read('.nvmrc').trim());
  });
});

describe('the devcontainer', () => {
  it('has the recommended Node.js', () => {
    const { image } = JSON.parse(read('.devcontainer/devcontainer.json')) as { image: string };
    expect(image).toContain(`typescript-node:${read('.nvmrc').trim()}-`);
  });
});

describe('the licence', () => {
  it('is the one that the package names', () => {
    expect(manifest.license).toBe('MIT');
    expect(read('LICENSE')).toMatch(/^MIT License\n\nCopyright \(c\) \d{4} the taskfleet contributors\n/);
  });
});

describe('.editorconfig', () => {
  it('agrees with prettier about the width of a line', () => {
    const { printWidth } = JSON.parse(read('.prettierrc.json')) as { printWidth: number };
    expect(read('.editorconfig')).toContain(`max_line_length = ${printWidth}\n`);
  });
});
