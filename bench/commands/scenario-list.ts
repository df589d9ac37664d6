import { extras, scenarios } from '../scenarios';

/** For `--list`: names, and a line each; what isn't measured unless it is named is in brackets. */
export function formatScenarioList(): string {
  const rows = [
    ...scenarios.map(
      ({ name, what, isQuick }) => [name, `${what}${isQuick ? ' (also quick)' : ''}`] as const,
    ),
    ...extras.map(({ name, what, isDefault }) => [name, isDefault ? what : `[${what}]`] as const),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return `${rows.map(([name, what]) => `${name.padEnd(width)}  ${what}`).join('\n')}\n`;
}
