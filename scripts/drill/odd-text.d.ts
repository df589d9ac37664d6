/** Text of `length` UTF-16 units for each kind that has stopped a parser, by its name. */
export function oddTexts(length: number): Record<string, string>;
