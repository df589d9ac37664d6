import sharp from 'sharp';

/** What a decoder may be asked to unpack: a few kilobytes of PNG can hold gigabytes of pixels. */
export const MAX_PIXELS = 40_000_000;
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

/** Looks at the header alone, by content and not by what the client says it is. */
export async function imageFault(bytes: Buffer): Promise<ImageFault | undefined> {
  try {
    const { format, width, height, pages = 1 } = await sharp(bytes, { limitInputPixels: false }).metadata();
    if (!format || !FORMATS.includes(format)) return 'not an image';
    return width * height * pages > MAX_PIXELS ? 'too many pixels' : undefined;
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
