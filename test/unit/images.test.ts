import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { imageFault, toSquareWebp } from '../../src/infra/images';
import { animatedWebp } from '../support/pictures';

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** Bits a channel and the colour types of PNG (W3C PNG, 11.2.1). */
const COLOURS = { grey: 0, colour: 2, palette: 3, 'colour with transparency': 6 };

/** The header of a PNG, with no data. */
function pngHeader(pixels: number, colour: keyof typeof COLOURS, bits: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(1_000, 0);
  header.writeUInt32BE(pixels / 1_000, 4);
  header.set([bits, COLOURS[colour]], 8);
  const palette = colour === 'palette' ? [chunk('PLTE', Buffer.alloc(6))] : [];
  const start = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([start, chunk('IHDR', header), ...palette, chunk('IDAT', Buffer.alloc(8))]);
}

it.each([
  ['grey', 8, 40],
  ['grey', 1, 40],
  ['grey', 16, 40],
  ['palette', 4, 40],
  ['colour', 8, 40],
  ['colour with transparency', 8, 40],
  ['colour', 16, 26],
  ['colour with transparency', 16, 20],
] as const)('takes a PNG in %s of %i bits up to %i million pixels', async (colour, bits, million) => {
  expect(await imageFault(pngHeader(million * 1e6, colour, bits))).toBeUndefined();
  expect(await imageFault(pngHeader((million + 1) * 1e6, colour, bits))).toBe('too many pixels');
});

it('counts the first frame of an animation, and decodes no other', async () => {
  const animation = await animatedWebp(320, 420);
  expect((await sharp(animation).metadata()).pages).toBe(420);
  expect(await imageFault(animation)).toBeUndefined();
  const { format, pages = 1, width, height } = await sharp(await toSquareWebp(animation, 64)).metadata();
  expect({ format, pages, width, height }).toEqual({ format: 'webp', pages: 1, width: 64, height: 64 });
});
