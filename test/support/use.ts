const ends: (() => unknown)[] = [];

/**
 * Starts something before the tests of this file or `describe` and ends it after them; what was started last ends first.
 *
 * @returns the started object; its properties can be read in hooks that are defined later, and in tests
 */
export function use<T extends object>(
  start: () => Promise<T> | T,
  end: (started: T) => unknown = () => {},
  timeoutMs?: number,
): T {
  let started: T | undefined;
  beforeAll(async () => {
    ends.push(() => started && end(started));
    started = await start();
  }, timeoutMs);
  // Jest runs these hooks in the order of their definition.
  afterAll(() => ends.pop()!() as Promise<void>, timeoutMs);
  return late(() => started);
}

/** An object whose properties are `known` from the start, or those of what `current` returns at that moment. */
export function late<T extends object>(current: () => T | undefined, known: Partial<T> = {}): T {
  const object = () => {
    const found = current();
    if (!found) throw new Error('This is read before it was started: read it in a hook or in a test.');
    return found;
  };
  return new Proxy({} as T, {
    get: (_, name) => Reflect.get(name in known ? known : object(), name) as unknown,
    set: (_, name, value) => Reflect.set(object(), name, value),
    has: (_, name) => Reflect.has(object(), name),
    ownKeys: () => Reflect.ownKeys(object()),
    getOwnPropertyDescriptor: (_, name) => Reflect.getOwnPropertyDescriptor(object(), name),
  });
}
