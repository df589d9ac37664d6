// @ts-nocheck
import { appVariables } from '../../src/config/app-environment';
import { findingsOf } from './finding';

const { ok } = findingsOf('Configuration');

/**
 * @typedef {import('./finding').Finding} Finding
 * @param {Finding} finding @param {string} where
 * @returns {Finding} that says what it is about
 */
const about = (finding: Finding, where: string): Finding => ({
  ...finding,
  says: `${where}: ${finding.says}`,
});

/**
 * What runs and this shell were judged alike; what is to be said of both is said once.
 *
 * @param env of what runs
 */
export function bothConfigurations(
  running: Finding[],
  next: Finding[],
  shell: NodeJS.ProcessEnv,
  env: Record<string, string>,
): Finding[] {
  const wrong = next.filter(({ level }) => level !== 'ok');
  const isIn = (list: any[], { says }: any) => list.some((other: { says: any }) => other.says === says);
  const ofRunning = running.map((finding) =>
    finding.level === 'ok' || !isIn(wrong, finding)
      ? about(finding, 'What runs')
      : about(finding, 'What runs, and this shell'),
  );
  const ofShell = wrong
    .filter((finding) => !isIn(running, finding))
    .map((finding) => about(finding, 'This shell, for the next npm start'));
  const set = appVariables.filter((name) => shell[name] && shell[name] !== env[name]);
  if (ofShell.length > 0 || set.length === 0) return [...ofRunning, ...ofShell];
  return [...ofRunning, ok(`This shell, for the next npm start: sets ${set.join(', ')}, as may be`)];
}
