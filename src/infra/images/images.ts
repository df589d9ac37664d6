import sharp from 'sharp';
import { jpegScans } from './jpeg-scans';

/** What a decoder may be asked to unpack: a few kilobytes of PNG can hold gigabytes of pixels. */
export const MAX_PIXELS = 40_000_000;
/** Memory and time go by the bytes of the unpacked pixels: 40 million of 8 bits with transparency, 20 of 16 bits. */
export const MAX_DECODED_BYTES = 4 * MAX_PIXELS;
/** Encoders make 10 to 20 of a progressive JPEG. */
export const MAX_SCANS = 50;
/** Bytes of a sample, by libvips' name of its format; PNG, JPEG and WebP have no other. */
const SAMPLE_BYTES: Readonly<Record<string, number>> = { uchar: 1, ushort: 2 };
const LARGEST_SAMPLE = 8;
const FORMATS: readonly string[] = ['png', 'jpeg', 'webp'];

// One thread and no cache for each job: how many run at a time is the worker's configuration.
sharp.concurrency(1);
sharp.cache(false);
// No other decoder of libvips ever sees what a stranger sends.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['VipsForeignLoadPng', 'VipsForeignLoadJpeg', 'VipsForeignLoadWebp'],
});

export type ImageFault = 'not an image' | 'too many pixels' | 'too many scans';

/**
 * Looks at the header and the markers alone, by content and not by what the client says it is. An animation counts as its first
 * frame, since `toSquareWebps` decodes no other.
 */
export async function imageFault(bytes: Buffer): Promise<ImageFault | undefined> {
  try {
    const header = await sharp(bytes, { limitInputPixels: false }).metadata();
    const { format, width, height, channels, depth } = header;
    if (!format || !FORMATS.includes(format)) return 'not an image';
    const decoded = width * height * channels * (SAMPLE_BYTES[depth] ?? LARGEST_SAMPLE);
    if (width * height > MAX_PIXELS || decoded > MAX_DECODED_BYTES) return 'too many pixels';
    return jpegScans(bytes) > MAX_SCANS ? 'too many scans' : undefined;
  } catch {
    return 'not an image';
  }
}

/**
 * Square WebPs with sides of `sizes` pixels, in that order: upright, cut at the centre, without any metadata of the
 * original. The bytes are decoded once, to the largest size, and the others are made of that.
 * @throws Error if the bytes can't be decoded
 */
export async function toSquareWebps(bytes: Buffer, sizes: readonly number[]): Promise<Buffer[]> {
  const largest = Math.max(...sizes);
  const { data, info } = await sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' })
    .autoOrient()
    .resize(largest, largest, { fit: 'cover' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const raw = { width: info.width, height: info.height, channels: info.channels };
  return Promise.all(
    sizes.map((size) => sharp(data, { raw }).resize(size, size).webp({ quality: 80 }).toBuffer()),
  );
}
