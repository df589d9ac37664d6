import fs from 'node:fs';
import path from 'node:path';
import { messageOf } from '../../../src/lib/error-code';
import type { Progress, Step } from '../../command/progress';
import { runCommand, UserError } from '../../command/run-command';
import { findCommand, isExecutable } from '../find-command';
import { createApt } from './system-packages';

const commands = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** @returns the browser that Playwright downloaded */
function findDownloaded(root: string): string | undefined {
  const folder = path.join(root, 'node_modules', 'playwright-core');
  if (!fs.existsSync(folder)) return undefined;
  // Required here: production has no developer's packages.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { chromium } = require('playwright-core') as typeof import('playwright-core');
  const file = chromium.executablePath();
  return isExecutable(file) ? file : undefined;
}

/** @returns full path of a Chromium or Chrome */
export function findBrowser(root: string): string | undefined {
  const known = commands.map((name) =>
    path.isAbsolute(name) ? isExecutable(name) && name : findCommand(name),
  );
  return known.find(Boolean) || findDownloaded(root);
}

/** Installs Debian's package. On Ubuntu, which has only a snap, and on macOS it downloads Playwright's own browser. */
async function obtainBrowser(root: string, step: Step) {
  if (findCommand('apt-get')) {
    const apt = createApt(step);
    // A machine that was just made has no lists to look into.
    await apt.apt('update', '-qq');
    if (await apt.pick(['chromium'])) return apt.install(['chromium']);
  }
  step.say('playwright-core install chromium');
  const cli = path.join(root, 'node_modules', 'playwright-core', 'cli.js');
  const args = [cli, 'install', ...(findCommand('apt-get') ? ['--with-deps'] : []), 'chromium'];
  const { code, stderr } = await runCommand(process.execPath, args, {
    timeoutMs: 15 * 60_000,
    stdin: 'inherit',
  });
  if (code !== 0) throw new UserError(stderr.trim().slice(-800));
}

/**
 * Gets a browser for the tests that need one. If it can't, it prints why and goes on: only those tests fail.
 */
export async function ensureBrowser(root: string, progress: Progress) {
  if (findBrowser(root)) return;
  try {
    await progress.step(
      'browser',
      'no Chromium on this machine yet',
      (step) => obtainBrowser(root, step),
      () => 'Chromium installed',
    );
  } catch (error) {
    progress.line('browser', `no Chromium, so tests that need one will fail: ${messageOf(error)}`);
  }
}
