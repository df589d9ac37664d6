import fs from 'node:fs';
import path from 'node:path';
import { messageOf } from '../../../src/lib/error-code';
import { root } from '../../../tools/command/root';
import type { Progress } from '../../../tools/command/progress';
import type { Engine } from '../engine/engine';
import { buildApp, withBuilder } from '../engine/images';
import type { Part } from './part';
import { PROCESS_IMAGE, versions } from './places';

/** What docker-compose.yml and the Dockerfiles use of each official image: users by name, commands, files. */
const used: Record<string, { users?: string[]; commands?: string[]; files?: string[] }> = {
  'node:22-bookworm-slim': { users: ['node'], commands: ['node', 'npm', 'docker-entrypoint.sh'] },
  'nginx:1.30': {
    users: ['nginx'],
    commands: ['nginx', 'curl', 'envsubst'],
    files: ['/docker-entrypoint.sh'],
  },
  'redis:8': { users: ['redis'], commands: ['redis-server', 'redis-cli', 'sh'] },
  'rabbitmq:4': { users: ['rabbitmq'], commands: ['rabbitmq-server', 'bash'], files: ['/var/lib/rabbitmq'] },
  'mongo:8': { users: ['mongodb'], commands: ['mongod', 'mongosh', 'bash'], files: ['/data/db'] },
};

/** Looks whether the official images have what is used of them. */
async function checkOfficial(engine: Engine, faults: string[]): Promise<void> {
  for (const [image, { users = [], commands = [], files = [] }] of Object.entries(used)) {
    const tests = [
      ...users.map((user) => `id ${user} >/dev/null 2>&1 || echo "user ${user}"`),
      ...commands.map((name) => `command -v ${name} >/dev/null || echo "command ${name}"`),
      ...files.map((file) => `[ -e ${file} ] || echo "file ${file}"`),
    ];
    const call = ['run', '--rm', '--network', 'none', '--entrypoint', 'sh', image, '-c', tests.join('; ')];
    const missing = await engine.docker(call).catch(messageOf);
    console.log(`${image.padEnd(24)} ${missing === '' ? 'has what is used of it' : `lacks ${missing}`}`);
    if (missing) faults.push(`${image} lacks ${missing.replaceAll('\n', ', ')}`);
  }
}

/** Prints the layers that the Dockerfile adds, and judges how the image runs. */
async function checkOwn(engine: Engine, image: string, faults: string[]): Promise<void> {
  const format = '{{.Size}}\t{{.CreatedBy}}';
  const history = await engine.docker(['history', '--no-trunc', '--format', format, image]);
  const layers = history.split('\n').filter((line) => !line.startsWith('0B'));
  console.log(`${image}:`);
  for (const layer of layers) console.log(`  ${layer.replace(/\s+/g, ' ').slice(0, 100)}`);
  const [user, check] = (
    await engine.docker([
      'inspect',
      '--format',
      '{{.Config.User}}\t{{index .Config.Healthcheck.Test 0}}',
      image,
    ])
  ).split('\t');
  if (user !== '1000') faults.push(`${image} runs as "${user}"`);
  if (check !== 'CMD') faults.push(`${image}: the health check needs a shell (${check})`);
  const find = 'find /app -name "*.map" -o -name "*.ts" -o -path "*sharp-wasm32" | head -3';
  const left = await engine.docker([
    'run',
    '--rm',
    '--entrypoint',
    'sh',
    '--network',
    'none',
    image,
    '-c',
    find,
  ]);
  if (left) faults.push(`${image} has files that nothing reads: ${left.replaceAll('\n', ', ')}`);
}

const layersOf = (engine: Engine, image: string) =>
  engine.docker(['inspect', '--format', '{{json .RootFS.Layers}}', image]);

/** Copies what the image is built from, as another clone has it: with other times and modes. */
function copySources(to: string): void {
  const names = fs.readFileSync(path.join(root, '.dockerignore'), 'utf8').match(/(?<=^!).+/gm) ?? [];
  for (const name of [...names, '.dockerignore', 'Dockerfile'])
    fs.cpSync(path.join(root, name), path.join(to, name), { recursive: true });
  for (const file of fs.readdirSync(to, { recursive: true, encoding: 'utf8' })) {
    const place = path.join(to, file);
    fs.chmodSync(place, fs.statSync(place).isDirectory() ? 0o700 : 0o600);
    fs.utimesSync(place, 1e9, 1e9);
  }
}

/** Builds the same commit from two clones: the layers have to be the same bytes. */
export async function compareBuilds(progress: Progress, faults: string[]): Promise<void> {
  const copy = fs.mkdtempSync(path.join(root, '.local', 'drill', 'sources-'));
  try {
    copySources(copy);
    await withBuilder(progress, async (builder) => {
      const tags = ['taskfleet:build-1', 'taskfleet:build-2'];
      for (const [index, context] of [root, copy].entries())
        await progress.step('image', `building it from clone ${index + 1}`, () =>
          buildApp(builder, { tag: tags[index]!, commit: '1', context }),
        );
      const [one, other] = await Promise.all(tags.map((tag) => layersOf(builder, tag)));
      console.log(
        `two clones, ${one!.split(',').length} layers: ${one === other ? 'the same bytes' : 'they differ'}`,
      );
      if (one !== other) faults.push(`two builds of one commit differ: ${one} ${other}`);
      await builder.docker(['rmi', ...tags]);
    });
  } finally {
    fs.rmSync(copy, { recursive: true, force: true });
  }
}

export const judgeImages: Part = async ({ stack: { engine }, faults }) => {
  await checkOfficial(engine, faults);
  for (const image of [versions[0], PROCESS_IMAGE]) await checkOwn(engine, image, faults);
};
