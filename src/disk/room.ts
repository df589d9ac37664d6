import { statfs } from 'node:fs/promises';

/** Bytes of a file system: free for any user, and in total. */
export interface Room {
  free: number;
  size: number;
}

/** @returns `undefined` if the folder does not exist or cannot be read */
export async function roomAt(folder: string): Promise<Room | undefined> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { free: bavail * bsize, size: blocks * bsize };
  } catch {
    return undefined;
  }
}

/** Returns the bytes that stay free on the disk of the database: `most`, or a tenth of a small disk. */
export const reserveOf = ({ size }: Room, most: number): number => Math.min(most, size / 10);
