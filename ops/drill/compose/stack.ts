import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Progress } from '../../../tools/command/progress';
import { interruption, runCommand, UserError } from '../../../tools/command/run-command';
import { root } from '../../../tools/command/root';
import { offsetOf } from '../../../tools/local-servers/choose-ports';
import { ensureCompose } from '../engine/compose';
import { startEngine, requireEngine } from '../engine/engine';
import { buildApp, loadImages, saveImages, withBuilder } from '../engine/images';
import { officialImages } from '../engine/stand-ins';
import type { Account } from '../load';
import { prepare } from '../../set-up/prepare';
import { dir } from '../own-stack';
import { CLIENT, inside, makeNetwork, openRelay, removeNetwork } from './network';

/** Short, because the engine keeps sockets there. */
const folder = path.join(os.tmpdir(), `taskfleet-${offsetOf(dir)}-compose`);
const PORT = 3000;
const MINUTES = 60_000;
/** The image that docker-compose.yml names, and two versions of it. */
const IMAGE = 'taskfleet';
export const versions = ['taskfleet:drill-1', 'taskfleet:drill-2'] as const;
const LUA_IMAGE = 'taskfleet-nginx:local';
export const PROCESS_IMAGE = 'taskfleet:drill-process';
const secrets = [
  'JWT_SECRET',
  'MONGO_PASSWORD',
  'MONGO_API_PASSWORD',
  'MONGO_WORKER_PASSWORD',
  'REDIS_PASSWORD',
  'RABBITMQ_PASSWORD',
];

export type ComposeStack = Awaited<ReturnType<typeof startStack>>;
export const BY_TIME = 'docker-compose.response-time.yml';

/** Builds what docker-compose.yml builds, and copies it to an engine of the drill. */
async function startOwnEngine(progress: Progress) {
  fs.rmSync(folder, { recursive: true, force: true });
  return withBuilder(progress, async (builder) => {
    await progress.step('images', 'two versions of the API, and NGINX with Lua', async () => {
      for (const tag of versions) await buildApp(builder, { tag, commit: tag.replace(/.*-/, '') });
      await buildApp(builder, { tag: PROCESS_IMAGE, target: 'process', commit: '1' });
      await buildApp(builder, { tag: LUA_IMAGE, context: path.join(root, 'nginx') });
    });
    const engine = await startEngine({ folder, enter: inside, hostName: 'drill' });
    try {
      const images = [...versions, PROCESS_IMAGE, LUA_IMAGE, ...officialImages];
      const archive = path.join(folder, 'images.tar');
      await progress.step('images', 'copying them to the engine of the drill', async () => {
        await saveImages(builder, images, archive);
        await loadImages([engine], archive);
        fs.rmSync(archive);
      });
      return engine;
    } catch (error) {
      await engine.stop();
      throw error;
    }
  });
}

/** Starts docker-compose.yml on an engine of its own, in a namespace of its own. */
export async function startStack(progress: Progress) {
  requireEngine();
  // Builds the program that the stand-in for the image of MongoDB runs.
  await prepare({ need: ['mongo'], progress });
  const compose = await ensureCompose(progress);
  removeNetwork();
  makeNetwork();
  const engine = await startOwnEngine(progress);
  const values = {
    ...Object.fromEntries(secrets.map((name) => [name, randomBytes(32).toString('hex')])),
    PORT: String(PORT),
    LIMIT_EXEMPT: `${CLIENT}/32`,
    NGINX_LIMIT_EXEMPT: `${CLIENT}/32 1;`,
  };
  const env = { ...engine.env, ...values };

  /** @throws UserError with what Compose printed, unless it may fail */
  async function run(
    args: string[],
    { files = [] as string[], timeoutMs = 5 * MINUTES, mayFail = false } = {},
  ) {
    const [command = '', ...first] = compose;
    const given = ['docker-compose.yml', ...files].flatMap((file) => ['-f', file]);
    const call = [...first, '--progress', 'plain', '-p', 'drill', ...given, ...args];
    const { code, stdout, stderr } = await runCommand(command, call, { env, cwd: root, timeoutMs });
    if (code !== 0 && !mayFail && !interruption.signal.aborted)
      throw new UserError(`docker compose ${args.join(' ')} failed:\n${(stderr || stdout).slice(-2_000)}`);
    return { code, stdout, stderr };
  }

  const relay = await openRelay(PORT);
  const stack = {
    engine,
    folder,
    url: relay.url,
    compose: run,
    up: (args: string[] = [], files: string[] = []) =>
      run(['up', '-d', '--wait', '--no-build', ...args], { files }),
    /** Makes a version the one that docker-compose.yml names, as a build does. */
    take: (version: string) => engine.docker(['tag', version, IMAGE]),
    async containers(service: string): Promise<string[]> {
      const { stdout } = await run(['ps', '-q', service]);
      return stdout.split('\n').filter(Boolean);
    },
    async account(): Promise<Account> {
      const email = 'admin@example.com';
      const admin = ['--email', email, '--username', 'admin', '--name', 'Admin'];
      const { stdout } = await run(['exec', '-T', 'api', 'taskfleet', 'admin', ...admin]);
      const password = stdout.trim().split('\n').at(-1) ?? '';
      return { url: stack.url, email, password };
    },
    async stop(): Promise<void> {
      relay.close();
      await run(['kill'], { mayFail: true });
      await run(['down', '--volumes', '--timeout', '1'], { mayFail: true });
      await engine.stop();
      removeNetwork();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
  return stack;
}
