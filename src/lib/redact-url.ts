/** The hosts of a URL, without credentials: from after the last `@`, since a password may hold others, to the path. */
export function addressOf(url: string): string {
  const withoutScheme = url.replace(/^[\w+.-]+:\/\//, '');
  return withoutScheme.slice(withoutScheme.lastIndexOf('@') + 1).split(/[/?#]/, 1)[0]!;
}
