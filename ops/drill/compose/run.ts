import fs from 'node:fs';
import path from 'node:path';
import type { Progress } from '../../../tools/command/progress';
import { root } from '../../../tools/command/root';
import { prepare } from '../../set-up/prepare';
import { ensureCompose } from '../engine/compose';
import { requireEngine } from '../engine/engine';
import { buildApp, saveImages, withBuilder } from '../engine/images';
import { officialImages } from '../engine/stand-ins';
import { requireNetwork } from '../network/network';
import { runInside } from '../network/run-inside';
import { compareBuilds } from './images';
import { archive, folder, network, PROCESS_IMAGE, versions } from './places';

const LUA_IMAGE = 'taskfleet-nginx:local';

/** Builds what docker-compose.yml builds, and what else the parts need. */
const buildImages = (progress: Progress): Promise<void> =>
  withBuilder(progress, (builder) =>
    progress.step('images', 'two versions of the API, and NGINX with Lua', async () => {
      for (const tag of versions) await buildApp(builder, { tag, commit: tag.replace(/.*-/, '') });
      await buildApp(builder, { tag: PROCESS_IMAGE, target: 'process', commit: '1' });
      await buildApp(builder, { tag: LUA_IMAGE, context: path.join(root, 'nginx') });
      await saveImages(builder, [...versions, PROCESS_IMAGE, LUA_IMAGE, ...officialImages], archive);
    }),
  );

/** Runs docker-compose.yml on an engine of its own. @returns the promises that did not hold */
export async function drillCompose(progress: Progress, { only }: { only: string[] }): Promise<string[]> {
  requireNetwork();
  requireEngine();
  // Builds the program that the stand-in for the image of MongoDB runs.
  await prepare({ need: ['mongo'], progress });
  const compose = await ensureCompose(progress);
  const faults: string[] = [];
  try {
    await buildImages(progress);
    const args = [JSON.stringify(compose), ...only];
    faults.push(
      ...(await runInside(progress, { network, folder, file: path.join(__dirname, 'inside.ts'), args })),
    );
  } finally {
    fs.rmSync(archive, { force: true });
  }
  if (only.includes('images')) await compareBuilds(progress, faults);
  return faults;
}
