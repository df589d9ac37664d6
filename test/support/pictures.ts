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

/** A whole header and half of the data; a WebP cut like that has no header that counts. */
export async function damagedPicture(format: 'png' | 'jpeg'): Promise<Buffer> {
  const size = { width: 400, height: 400, channels: 3 } as const;
  const whole = await sharp(randomBytes(400 * 400 * 3), { raw: size })
    .toFormat(format)
    .toBuffer();
  return whole.subarray(0, whole.length / 2);
}

/** A square animation that begins in black; frames that are alike would be put together. */
export async function animatedWebp(side: number, frames: number): Promise<Buffer> {
  const bytes = side * side * 3;
  const raw = Buffer.alloc(bytes * frames);
  for (let frame = 0; frame < frames; frame += 1)
    raw.fill((frame * 97) % 256, frame * bytes, (frame + 1) * bytes);
  const size = { width: side, height: side * frames, channels: 3, pageHeight: side } as const;
  return sharp(raw, { raw: size, limitInputPixels: false }).webp({ effort: 0 }).toBuffer();
}
