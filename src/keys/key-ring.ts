import { readFile } from 'node:fs/promises';
import { messageOf } from '../lib/error-code';
import { formatKeys, keyOf, parseKeys, type Key } from './key-list';

/** Keys of the tokens that are in force now. */
export interface KeyRing {
  /** The key that signs. */
  current(): Key;
  /** Keys whose tokens are accepted, the current one first. */
  accepted(): Key[];
  /** All keys, also those whose tokens have ended. */
  known(): Key[];
}

/** Holds these keys for good, for keys that come from a variable. */
export function fixedKeys(keys: Key[]): KeyRing {
  return {
    current: () => keys[0]!,
    known: () => keys,
    accepted: () => keys.filter(({ until }) => until === undefined || until > Date.now()),
  };
}

/** Holds one key, for tools that make tokens or cursors. */
export const oneKey = (secret: string): KeyRing => fixedKeys([keyOf(secret)]);

/** How often the file is read, in ms: a key that is withdrawn ends within a second. */
const LOOK_MS = 500;

interface WatchOptions {
  file: string;
  /** Keys that the file held when the configuration was read. */
  keys: Key[];
  /** Called after a change, with what is wrong with the file if its keys cannot be used. */
  onChange: (fault?: string) => void;
}

/** Holds the keys of a file, and those of before while the file cannot be used. It reads the file twice a second. */
export function watchKeys({ file, keys, onChange }: WatchOptions): KeyRing & { close: () => void } {
  let ring = fixedKeys(keys);
  let lastText = formatKeys(keys);
  let lastFault: string | undefined;

  /** @returns what is wrong with the file */
  async function look(): Promise<string | undefined> {
    try {
      const { keys: found, fault } = parseKeys(await readFile(file, 'utf8'));
      if (fault) return fault;
      const text = formatKeys(found);
      if (text === lastText) return undefined;
      lastText = text;
      ring = fixedKeys(found);
      onChange();
      return undefined;
    } catch (error) {
      return `cannot be read: ${messageOf(error)}`;
    }
  }

  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void look().then((fault) => {
      isLooking = false;
      if (fault && fault !== lastFault) onChange(`${file} ${fault}`);
      lastFault = fault;
    });
  }, LOOK_MS).unref();

  return {
    current: () => ring.current(),
    accepted: () => ring.accepted(),
    known: () => ring.known(),
    close: () => clearInterval(timer),
  };
}

/** Derives something from each key, once a key. */
export function perKey<T>(make: (secret: string) => T): (key: Key) => T {
  const made = new WeakMap<Key, { value: T }>();
  return (key) => {
    const known = made.get(key);
    if (known) return known.value;
    const value = make(key.secret);
    made.set(key, { value });
    return value;
  };
}
