import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { Progress } from '../../../tools/command/progress';
import { root } from '../../../tools/command/root';
import { prepare } from '../../set-up/prepare';
import { ensureCompose } from '../engine/compose';
import { requireEngine } from '../engine/engine';
import { network } from '../engine/hosts';
import { areStandIns, buildApp, saveImages, withBuilder } from '../engine/images';
import { officialImages } from '../engine/stand-ins';
import { requireNetwork } from '../network/network';
import { runInside } from '../network/run-inside';
import { dir } from '../own-stack';
import { imageOf } from './stack';

const folder = path.join(dir, 'swarm');
const archive = path.join(dir, 'swarm-images.tar');
const page = path.join(dir, 'swarm.html');
const brokenFolder = path.join(dir, 'swarm-broken');
/** Starts and never gets ready. */
const brokenDockerfile = `FROM ${imageOf('one')}\nCMD ["node", "-e", "setInterval(() => {}, 1000)"]\n`;

/** Builds two versions that differ in their commit, and one that never gets ready. */
async function buildImages(progress: Progress): Promise<boolean> {
  return withBuilder(progress, (builder) =>
    progress.step('images', 'two versions of the API, and a broken one', async () => {
      const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
      await buildApp(builder, { tag: imageOf('one'), target: 'process', commit });
      await buildApp(builder, {
        tag: imageOf('two'),
        target: 'process',
        commit: commit.replace(/^./, (sign) => (sign === 'f' ? 'e' : 'f')),
      });
      fs.mkdirSync(brokenFolder, { recursive: true });
      fs.writeFileSync(path.join(brokenFolder, 'Dockerfile'), brokenDockerfile);
      await buildApp(builder, { tag: imageOf('broken'), context: brokenFolder });
      const [, ...servers] = officialImages;
      await saveImages(builder, [...['one', 'two', 'broken'].map(imageOf), ...servers], archive);
      return areStandIns(builder);
    }),
  );
}

/**
 * Runs the stack of deploy/swarm on three hosts, each a network namespace with a Docker Engine, and updates, breaks and
 * scales it under load. Leaves a page with a timeline.
 *
 * @returns the promises that did not hold
 */
export async function drillSwarm(
  progress: Progress,
  { only, rounds }: { only: string[]; rounds: number },
): Promise<string[]> {
  requireNetwork();
  requireEngine();
  await prepare({ need: ['mongo', 'build'], progress });
  const compose = await ensureCompose(progress);
  try {
    const standIns = await buildImages(progress);
    const args = [JSON.stringify(compose), archive, page, String(rounds), String(standIns), ...only];
    return await runInside(progress, { network, folder, file: path.join(__dirname, 'inside.ts'), args });
  } finally {
    for (const made of [archive, brokenFolder]) fs.rmSync(made, { recursive: true, force: true });
  }
}
