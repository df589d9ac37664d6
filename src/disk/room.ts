import { statfs } from 'node:fs/promises';

/** Bytes of a file system: those that any user may still write, and all. */
export interface Room {
  free: number;
  size: number;
}

/** @returns `undefined` if the folder is not there or can't be looked at */
export async function roomAt(folder: string): Promise<Room | undefined> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { free: bavail * bsize, size: blocks * bsize };
  } catch {
    return undefined;
  }
}

/** Bytes that stay free on the disk of the database: `most`, and of a small disk a tenth. */
export const reserveOf = ({ size }: Room, most: number): number => Math.min(most, size / 10);
