import { appVariables } from '../../src/config/app-environment';
import { findingsOf, type Finding } from '../../src/doctor/finding';

const { ok } = findingsOf('Configuration');

const about = (finding: Finding, where: string): Finding => ({
  ...finding,
  says: `${where}: ${finding.says}`,
});

/**
 * Merges the findings on the configuration that runs with those on the variables of this shell. A finding on both
 * appears once.
 *
 * @param env variables of the apps that run
 */
export function bothConfigurations(
  running: Finding[],
  next: Finding[],
  shell: NodeJS.ProcessEnv,
  env: Record<string, string>,
): Finding[] {
  const wrong = next.filter(({ level }) => level !== 'ok');
  const isIn = (list: Finding[], { says }: Finding) => list.some((other) => other.says === says);
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
