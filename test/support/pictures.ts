import { randomBytes } from 'node:crypto';
import sharp from 'sharp';

/** A unique picture whose EXIF names a place and a camera. */
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

/** A picture of a few kilobytes that decodes to 400 million pixels. */
export const decompressionBomb = (): Promise<Buffer> =>
  sharp({
    create: { width: 20_000, height: 20_000, channels: 3, background: 'white' },
    limitInputPixels: false,
  })
    .png({ compressionLevel: 9 })
    .toBuffer();

/** A whole header and half of the data. No WebP: cut like that, its header is invalid. */
export async function damagedPicture(format: 'png' | 'jpeg'): Promise<Buffer> {
  const size = { width: 400, height: 400, channels: 3 } as const;
  const whole = await sharp(randomBytes(400 * 400 * 3), { raw: size })
    .toFormat(format)
    .toBuffer();
  return whole.subarray(0, whole.length / 2);
}

/** A square animation that begins in black; its frames differ, since equal ones would be merged. */
export async function animatedWebp(side: number, frames: number): Promise<Buffer> {
  const bytes = side * side * 3;
  const raw = Buffer.alloc(bytes * frames);
  for (let frame = 0; frame < frames; frame += 1)
    raw.fill((frame * 97) % 256, frame * bytes, (frame + 1) * bytes);
  const size = { width: side, height: side * frames, channels: 3, pageHeight: side } as const;
  return sharp(raw, { raw: size, limitInputPixels: false }).webp({ effort: 0 }).toBuffer();
}

/** A marker segment of JPEG (ITU-T T.81, B.1.1.4). */
function segment(marker: number, ...content: (number[] | Buffer)[]): Buffer {
  const body = Buffer.concat(content.map((part) => Buffer.from(part)));
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

/** Colour (1 to 3), the first and the last coefficient (1 to 63) and the bit (13 to 0) that a scan sends. */
type Scan = [colour: number, first: number, last: number, bit: number];

/**
 * A progressive JPEG of 40 million pixels (ITU-T T.81, G) that is all zero, in 250 kB and some bytes for each scan.
 * A decoder goes through the whole picture for each.
 */
function progressivePicture(scans: Scan[]): Buffer {
  const [width, height] = [8_000, 5_000];
  let blocks = (width * height) / 64;
  const dcBits = Buffer.alloc(Math.ceil((3 * blocks) / 8));
  // A run of n blocks without a coefficient: symbol 0xe0, coded as 0, with n - 2^14 in 14 bits; 0x00, coded as 10: one block.
  let bits = '';
  for (; blocks >= 2 ** 14; blocks -= Math.min(blocks, 2 ** 15 - 1))
    bits += `0${(Math.min(blocks, 2 ** 15 - 1) - 2 ** 14).toString(2).padStart(14, '0')}`;
  bits += '10'.repeat(blocks);
  const bytes = bits.match(/.{1,8}/g)!.map((byte) => parseInt(byte.padEnd(8, '1'), 2));
  const acBits = Buffer.from(bytes.flatMap((byte) => (byte === 0xff ? [0xff, 0] : [byte])));

  const codes = (...lengths: number[]) =>
    Buffer.concat([Buffer.from(lengths), Buffer.alloc(16 - lengths.length)]);
  const parts = [
    Buffer.from([0xff, 0xd8]),
    segment(0xdb, [0], Buffer.alloc(64, 1)),
    segment(
      0xc2,
      [8, height >> 8, height & 255, width >> 8, width & 255, 3],
      [1, 2, 3].flatMap((c) => [c, 0x11, 0]),
    ),
    segment(0xc4, [0x00], codes(1), [0]),
    segment(0xc4, [0x10], codes(1, 1), [0xe0, 0x00]),
    segment(0xda, [3, 1, 0, 2, 0, 3, 0, 0, 0, 0]),
    dcBits,
  ];
  for (const [colour, first, last, bit] of scans) {
    const approximation = bit === 13 ? bit : ((bit + 1) << 4) | bit;
    parts.push(segment(0xda, [1, colour, 0, first, last, approximation]), acBits);
  }
  return Buffer.concat([...parts, Buffer.from([0xff, 0xd9])]);
}

const COLOURS = [1, 2, 3];
const BITS = Array.from({ length: 14 }, (_, index) => 13 - index);
const COEFFICIENTS = Array.from({ length: 63 }, (_, index) => index + 1);

/** 2 MB with 2,647 scans, each of one bit of one coefficient: 18 s of CPU time, and more than an upload may have. */
export const slowPicture = (): Buffer =>
  progressivePicture(
    BITS.flatMap((bit) => COEFFICIENTS.flatMap((k) => COLOURS.map((colour): Scan => [colour, k, k, bit]))),
  );

/** The slowest picture known that an upload may have: 43 scans of all coefficients, more than 1 s of CPU time. */
export const heaviestPicture = (): Buffer =>
  progressivePicture(BITS.flatMap((bit) => COLOURS.map((colour): Scan => [colour, 1, 63, bit])));

/** 40 million pixels in 170 kB, which a decoder has to keep as a whole: 160 MB. */
export const largeInterlaced = (): Promise<Buffer> =>
  sharp({
    create: { width: 8_000, height: 5_000, channels: 4, background: { r: 1, g: 2, b: 3, alpha: 0.5 } },
  })
    .png({ progressive: true, compressionLevel: 9 })
    .toBuffer();
