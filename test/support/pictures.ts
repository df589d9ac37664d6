import { randomBytes } from 'node:crypto';
import sharp from 'sharp';

/** A picture that no other is like; its EXIF names a place and a camera. */
export async function newPicture(
  format: 'png' | 'jpeg' | 'webp',
  width = 300,
  height = 200,
): Promise<Buffer> {
  const [r, g, b] = randomBytes(3) as unknown as [number, number, number];
  return sharp({ create: { width, height, channels: 3, background: { r, g, b } } })
    .withExif({ IFD0: { Make: 'SecretCamera' }, IFD3: { GPSLatitudeRef: 'N' } })
    .toFormat(format)
    .toBuffer();
}

/** A few kilobytes that unpack to 400 million pixels. */
export const decompressionBomb = (): Promise<Buffer> =>
  sharp({
    create: { width: 20_000, height: 20_000, channels: 3, background: 'white' },
    limitInputPixels: false,
  })
    .png({ compressionLevel: 9 })
    .toBuffer();
