import type { Finding } from '../../src/doctor/finding';

const width = 80;
const marks = { ok: '✓', warning: '!', error: '✗' };

/** @param first prefix of the first line @param next prefix of further lines */
function wrap(text: string, first: string, next: string) {
  const lines = [first];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1) ?? '';
    const isBegun = line.length > (lines.length === 1 ? first : next).length;
    if (isBegun && line.length + 1 + word.length > width) lines.push(next + word);
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
        wrap(says, `  ${marks[level]} `, '    '),
        ...(cure ? [wrap(cure, '    → ', '      ')] : []),
      ]),
  ]);
  const number = (wanted: string) => findings.filter(({ level }) => level === wanted).length;
  const sum = `${count(number('error'), 'error')}, ${count(number('warning'), 'warning')}, ${number('ok')} fine`;
  return `${[...lines, '', sum].join('\n').trimStart()}\n`;
}
