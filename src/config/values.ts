import { isIP } from 'node:net';
import { z } from 'zod';

export const whole = (low: number, high: number) => z.coerce.number().int().min(low).max(high);
export const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
export const list = (isItem: (item: string) => boolean) =>
  z
    .string()
    .transform((text) => text.split(',').map((item) => item.trim()))
    .refine((items) => items.every(isItem));

/** Parses absolute paths by names of small letters and hyphens; returns `undefined` for anything else. */
export function placesIn(text: string): Record<string, string> | undefined {
  try {
    return z.record(z.string().regex(/^[a-z-]{1,20}$/), z.string().startsWith('/')).parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Accepts origins as browsers send them, without a path and in lower case, or `*`; no patterns. */
export function isOrigin(item: string): boolean {
  return (
    item === '*' ||
    (/^https?:\/\/[\w.:[\]-]+$/.test(item) && URL.canParse(item) && new URL(item).origin === item)
  );
}

export function isProxy(item: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(item)) return true;
  const [, address = item, bits = '0'] = /^(.+)\/(\d+)$/.exec(item) ?? [];
  return isIP(address) > 0 && Number(bits) <= (isIP(address) === 4 ? 32 : 128);
}
