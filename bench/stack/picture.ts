import { randomBytes } from 'node:crypto';
import sharp from 'sharp';

/**
 * Makes JPEGs that look alike and are other files each, since the same bytes again would find the job that
 * they have already. What follows the end of a JPEG is not read.
 */
export async function createPictures(width = 1_024, height = 768) {
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  const create = { width, height, channels: 3, background: 'gray', noise } as const;
  const picture = await sharp({ create }).jpeg({ quality: 80 }).toBuffer();
  return () => Buffer.concat([picture, randomBytes(16)]);
}
