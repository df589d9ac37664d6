import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { imageFault, jpegScans, toSquareWebps } from '../../../src/infra/images/images';
import { animatedWebp, heaviestPicture, largeInterlaced, slowPicture } from '../../support/pictures';

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** Bits of a channel, and PNG's colour types (W3C PNG, 11.2.1). */
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

describe('the image decoder', () => {
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

  it('judges and decodes only the first frame of an animation', async () => {
    const animation = await animatedWebp(320, 420);
    expect((await sharp(animation).metadata()).pages).toBe(420);
    expect(await imageFault(animation)).toBeUndefined();
    const [square] = await toSquareWebps(animation, [64]);
    const { format, pages = 1, width, height } = await sharp(square).metadata();
    expect({ format, pages, width, height }).toEqual({ format: 'webp', pages: 1, width: 64, height: 64 });
  });

  describe('the scans of a JPEG', () => {
    const plain = { create: { width: 64, height: 64, channels: 3, background: 'red' } } as const;

    it('are counted by its markers, without those inside segments', async () => {
      expect(jpegScans(await sharp(plain).jpeg().toBuffer())).toBe(1);
      expect(jpegScans(await sharp(plain).jpeg({ progressive: true }).toBuffer())).toBe(10);
      expect(jpegScans(heaviestPicture())).toBe(43);
      expect(jpegScans(slowPicture())).toBe(2_647);
      const [start, rest] = [heaviestPicture().subarray(0, 2), heaviestPicture().subarray(2)];
      const comment = Buffer.concat([
        Buffer.from([0xff, 0xfe, 0, 202]),
        Buffer.alloc(200, Buffer.from([0xff, 0xda])),
      ]);
      expect(jpegScans(Buffer.concat([start, comment, rest]))).toBe(43);
      expect(jpegScans(await sharp(plain).png().toBuffer())).toBe(0);
    });

    it.each([
      ['nothing but fill bytes', [0xff]],
      ['nothing but stuffed bytes', [0xff, 0x00]],
      ['empty segments', [0xff, 0xe1, 0, 2]],
      ['segments of no length', [0xff, 0xe1, 0, 0]],
      ['scans', [0xff, 0xda, 0, 2]],
    ])('are counted in linear time among %s', (_, pattern) => {
      const timeOf = (length: number) => {
        const bytes = Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.alloc(length, Buffer.from(pattern))]);
        const began = performance.now();
        jpegScans(bytes);
        return performance.now() - began;
      };
      const best = (length: number) => Math.min(...Array.from({ length: 5 }, () => timeOf(length)));
      best(100_000);
      // Ten times the size would take a hundred times as long if it were quadratic.
      expect(best(5_000_000) / best(500_000)).toBeLessThan(50);
    });

    it('may be as many as encoders make, but not as many as the format allows', async () => {
      expect(
        await imageFault(await sharp(plain).jpeg({ progressive: true, mozjpeg: true }).toBuffer()),
      ).toBeUndefined();
      expect(await imageFault(heaviestPicture())).toBeUndefined();
      expect(await imageFault(slowPicture())).toBe('too many scans');
    });
  });

  describe('the squares of a picture', () => {
    const sizes = [64, 256, 512];
    const pixelsOf = (bytes: Buffer) => sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    const noise = (channels: 3 | 4) =>
      sharp(randomBytes(30 * 20 * channels), { raw: { width: 30, height: 20, channels } }).resize(900, 600);
    const gradient = () => noise(4).ensureAlpha();

    it.each([
      ['in colour', () => noise(3).jpeg()],
      ['with transparency', () => gradient().png()],
      ['in grey with transparency', () => gradient().toColourspace('b-w').png()],
      ['of 16 bits', () => noise(3).toColourspace('rgb16').png()],
      ['in CMYK', () => noise(3).toColourspace('cmyk').jpeg()],
      ['that lies on its side', () => noise(3).withMetadata({ orientation: 6 }).jpeg()],
    ])('are those that each size decoded for itself would be: one %s', async (_, make) => {
      const original = await make().toBuffer();
      const squares = await toSquareWebps(original, sizes);
      for (const [index, size] of sizes.entries()) {
        const [ofAll, alone] = await Promise.all(
          [squares[index]!, (await toSquareWebps(original, [size]))[0]!].map(pixelsOf),
        );
        expect(ofAll!.info).toMatchObject({ width: size, height: size, channels: alone!.info.channels });
        const apart = ofAll!.data.reduce((sum, value, at) => sum + Math.abs(value - alone!.data[at]!), 0);
        expect(apart / ofAll!.data.length).toBeLessThan(12);
      }
      const hasAlpha = (await sharp(original).metadata()).hasAlpha;
      expect((await sharp(squares[2]).metadata()).hasAlpha).toBe(hasAlpha);
    });

    it('come from one decoding', async () => {
      const large = await largeInterlaced();
      const cpuOf = async (...made: number[]) => {
        const before = process.cpuUsage();
        await toSquareWebps(large, made);
        return process.cpuUsage(before).user;
      };
      await cpuOf(64);
      expect((await cpuOf(...sizes)) / (await cpuOf(512))).toBeLessThan(2);
    });
  });
});
