/** Splits a list of URLs: at commas that a scheme follows, since a password may contain others. */
export const splitUrls = (text: string): string[] =>
  text.split(/,(?=\s*[a-z][\w+.-]*:\/\/)/i).map((url) => url.trim());
