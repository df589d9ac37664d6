import sharp from 'sharp';

/** What a decoder may be asked to unpack: a few kilobytes of PNG can hold gigabytes of pixels. */
export const MAX_PIXELS = 40_000_000;
/** Memory and time go by the bytes of the unpacked pixels: 40 million of 8 bits with transparency, 20 of 16 bits. */
export const MAX_DECODED_BYTES = 4 * MAX_PIXELS;
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

export type ImageFault = 'not an image' | 'too many pixels';

/**
 * Looks at the header alone, by content and not by what the client says it is. An animation counts as its first
 * frame, since `toSquareWebp` decodes no other.
 */
export async function imageFault(bytes: Buffer): Promise<ImageFault | undefined> {
  try {
    const header = await sharp(bytes, { limitInputPixels: false }).metadata();
    const { format, width, height, channels, depth } = header;
    if (!format || !FORMATS.includes(format)) return 'not an image';
    const decoded = width * height * channels * (SAMPLE_BYTES[depth] ?? LARGEST_SAMPLE);
    return width * height > MAX_PIXELS || decoded > MAX_DECODED_BYTES ? 'too many pixels' : undefined;
  } catch {
    return 'not an image';
  }
}

/**
 * A square WebP of `size` pixels, upright, cut at the centre, without any metadata of the original.
 * @throws Error where the bytes can't be decoded
 */
export function toSquareWebp(bytes: Buffer, size: number): Promise<Buffer> {
  return sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' })
    .autoOrient()
    .resize(size, size, { fit: 'cover' })
    .webp({ quality: 80 })
    .toBuffer();
}
