/** Text of `length` UTF-16 units for each kind that has stopped a parser, by its name. */
export function oddTexts(length: number): Record<string, string>;
/** The longest beginning that `encode` makes no longer than `most`. */
export function longestThatFits(text: string, encode: (text: string) => string, most: number): string;
/** Percent-encodes the beginning that fits into `most` bytes. */
export function inAddress(text: string, most: number): string;
