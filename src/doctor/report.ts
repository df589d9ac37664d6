import type { Finding } from './finding';

const WIDTH = 80;
const MARKS = { ok: '✓', note: '·', warning: '!', error: '✗' };

/** @param first prefix of the first line @param next prefix of further lines */
function wrap(text: string, first: string, next: string) {
  const lines = [first];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1) ?? '';
    const isBegun = line.length > (lines.length === 1 ? first : next).length;
    if (isBegun && line.length + 1 + word.length > WIDTH) lines.push(next + word);
    else lines[lines.length - 1] = isBegun ? `${line} ${word}` : line + word;
  }
  return lines.join('\n');
}

const count = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;

/** Formats the findings by group, in the order of the first finding of each group, with their cures. */
export function report(findings: Finding[]) {
  const groups = [...new Set(findings.map(({ group }) => group))];
  const lines = groups.flatMap((name) => [
    '',
    name,
    ...findings
      .filter(({ group }) => group === name)
      .flatMap(({ level, says, cure }) => [
        wrap(says, `  ${MARKS[level]} `, '    '),
        ...(cure ? [wrap(cure, '    → ', '      ')] : []),
      ]),
  ]);
  const number = (wanted: string) => findings.filter(({ level }) => level === wanted).length;
  const notes = number('note') > 0 ? [count(number('note'), 'note')] : [];
  const fine = number('ok') > 0 ? [`${number('ok')} fine`] : [];
  const sum = [count(number('error'), 'error'), count(number('warning'), 'warning'), ...notes, ...fine].join(
    ', ',
  );
  return `${[...lines, '', sum].join('\n').trimStart()}\n`;
}

/** Prints the findings, for people or as JSON. An error makes the exit status 1. */
export function printReport(findings: Finding[], asJson = false): void {
  process.stdout.write(asJson ? `${JSON.stringify(findings, null, 2)}\n` : report(findings));
  if (findings.some(({ level }) => level === 'error')) process.exitCode = 1;
}
