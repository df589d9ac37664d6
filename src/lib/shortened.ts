/** Cuts the text to `most` UTF-16 units, the last of them `…`; never splits a character. */
export const shortened = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…` : text;
