import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { z } from 'zod';
import { areNetworksOrNone, itemsOf } from '../lib/networks';

export const whole = (low: number, high: number) => z.coerce.number().int().min(low).max(high);
export const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const items = z.string().transform(itemsOf);
/** A URL alone would do with other things behind the host, as `http://one;http://two`. */
const HTTP_URL = /^https?:\/\/[^/?#;,]+(?:\/[^?#]*)?$/;
export const isHttpUrl = (item: string): boolean =>
  HTTP_URL.test(item) && URL.canParse(item) && new URL(item).port !== '0';
export const list = (isItem: (item: string) => boolean) => items.refine((all) => all.every(isItem));
/** Adds a check that says what is wrong with a text; each fault goes on after the name of the variable. */
export const explained = (text: z.ZodString, faultsOf: (text: string) => string[]) =>
  text.superRefine((value, context) => {
    const faults = faultsOf(value);
    if (faults.length > 0) context.addIssue({ code: 'custom', message: faults.join('; ') });
  });
export const networksOrNone = items.refine(areNetworksOrNone);

/** The name of the machine or container, without what TASKFLEET_HOST does not allow. */
export const ownHostName =
  os
    .hostname()
    .replace(/[^\w.-]|^[^A-Za-z0-9]+/g, '')
    .slice(0, 63) || 'host';

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

/** Says what is wrong with a file that must hold certificates. */
export function certificateFaults(file: string): string[] {
  try {
    new X509Certificate(readFileSync(file));
    return [];
  } catch (error) {
    const isRead = (error as NodeJS.ErrnoException).syscall === undefined;
    return [`is "${file}", which ${isRead ? 'holds no certificate in PEM' : 'cannot be read'}`];
  }
}
