import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

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
