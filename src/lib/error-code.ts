/** Judged by its properties: an error of another realm, as in the sandbox of jest, is no instance of `Error` here. */
const property = (error: unknown, name: 'code' | 'message'): unknown =>
  typeof error === 'object' && error !== null && name in error ? Reflect.get(error, name) : undefined;

/** @returns the code of an error of Node, such as `ENOENT`; undefined if it has none */
export function codeOf(error: unknown): string | undefined {
  const code = property(error, 'code');
  return typeof code === 'string' ? code : undefined;
}

/** @returns the message of an error; anything else that was thrown, as text */
export function messageOf(error: unknown): string {
  const message = property(error, 'message');
  return typeof message === 'string' ? message : String(error);
}
