/** Width of a terminal. */
const COLUMNS = 80;

/** Breaks a text into lines of at most 80 columns, of which the first begins with `first` and the others with as many blanks. */
export function wrap(text: string, first = ''): string {
  const lines = [first];
  for (const word of text.split(' ')) {
    const last = lines.at(-1)!;
    const isEmpty = last.length === first.length;
    if (!isEmpty && last.length + 1 + word.length > COLUMNS) lines.push(' '.repeat(first.length) + word);
    else lines[lines.length - 1] = isEmpty ? last + word : `${last} ${word}`;
  }
  return lines.join('\n');
}
