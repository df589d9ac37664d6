/** The text, or its beginning and `…` if it has more than `most` UTF-16 units; never ends in half a character. */
export const shortened = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…` : text;
