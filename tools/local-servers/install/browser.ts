// @ts-nocheck
import fs from 'node:fs';
import path from 'node:path';
import { runCommand, UserError } from '../../command/run-command';
import { findCommand, isExecutable } from '../servers/find-command';
import { createApt } from './system-packages';

const commands = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** @returns the one that Playwright downloaded */
function findDownloaded(root: string): string | undefined {
  const folder = path.join(root, 'node_modules', 'playwright-core');
  if (!fs.existsSync(folder)) return undefined;
  const file = require(folder).chromium.executablePath();
  return isExecutable(file) ? file : undefined;
}

/** @returns full path of a Chromium or Chrome */
export function findBrowser(root: string): string | undefined {
  const known = commands.map((name) =>
    path.isAbsolute(name) ? isExecutable(name) && name : findCommand(name),
  );
  return known.find(Boolean) || findDownloaded(root);
}

/** Debian has it as a package; for Ubuntu, where that is a snap, and for macOS there is Playwright's own. */
async function obtainBrowser(root: string, step: { say: any; status?: (text: string) => void }) {
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
 * Gets a browser for the tests that need one. Where it can't, it says so and goes on: only those tests fail,
 * and say so again.
 */
export async function ensureBrowser(
  root: string,
  progress: ReturnType<import('../../command/progress').createProgress>,
) {
  if (findBrowser(root)) return;
  try {
    await progress.step(
      'browser',
      'no Chromium on this machine yet',
      (step: any) => obtainBrowser(root, step),
      () => 'Chromium installed',
    );
  } catch (error) {
    progress.line('browser', `no Chromium, so tests that need one will fail: ${error.message}`);
  }
}
