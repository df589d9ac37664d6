import sharp from 'sharp';

/** Limits what a decoder may unpack: a few kilobytes of PNG can hold gigabytes of pixels. */
export const MAX_PIXELS = 40_000_000;
/** Memory and time follow the unpacked bytes: 40 million pixels of 8 bits with transparency, 20 million of 16 bits. */
export const MAX_DECODED_BYTES = 4 * MAX_PIXELS;
/** Encoders make 10 to 20 scans of a progressive JPEG. */
export const MAX_SCANS = 50;
/** Bytes of a sample by libvips' format name; PNG, JPEG and WebP have no other. */
const SAMPLE_BYTES: Readonly<Record<string, number>> = { uchar: 1, ushort: 2 };
const LARGEST_SAMPLE = 8;
const FORMATS: readonly string[] = ['png', 'jpeg', 'webp'];

// One thread and no cache for each job: the configuration decides how many jobs run at a time.
sharp.concurrency(1);
sharp.cache(false);
// Keeps clients' bytes from all other decoders of libvips.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['VipsForeignLoadPng', 'VipsForeignLoadJpeg', 'VipsForeignLoadWebp'],
});

export type ImageFault = 'not an image' | 'too many pixels' | 'too many scans';

/**
 * Checks the header and the markers by content, whatever type the client claims. Returns `undefined` if the picture is
 * fine. An animation counts as its first frame, the only one that `toSquareWebps` decodes.
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
 * Returns square WebPs with sides of `sizes` pixels, in that order: upright, cut at the centre, without metadata. It
 * decodes the bytes once, to the largest size, and scales the others from that.
 * @throws Error if the bytes cannot be decoded
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

const SOS = 0xda;
const EOI = 0xd9;

/** Markers without a length (ITU-T T.81, B.1.1.3): TEM, RST0 to RST7 and SOI; 0x00 is a stuffed byte. */
const standsAlone = (marker: number) => marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8);

/**
 * Counts the scans of a JPEG by its markers, in linear time; returns 0 if the bytes are no JPEG. A progressive JPEG
 * may send each bit of each coefficient in a scan of its own, and a decoder goes through the whole picture for each:
 * 2 MB can cost a minute (https://libjpeg-turbo.org/pmwiki/uploads/About/TwoIssueswiththeJPEGStandard.pdf).
 */
export function jpegScans(bytes: Buffer): number {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return 0;
  let scans = 0;
  let at = bytes.indexOf(0xff, 2);
  while (at >= 0 && at + 3 < bytes.length) {
    const marker = bytes[at + 1]!;
    if (marker === EOI) break;
    if (marker === SOS) scans += 1;
    // Skip the content of segments: the scans of an embedded thumbnail do not count.
    const hasLength = marker !== 0xff && !standsAlone(marker);
    const next = at + (marker === 0xff ? 1 : hasLength ? 2 + bytes.readUInt16BE(at + 2) : 2);
    at = bytes.indexOf(0xff, next);
  }
  return scans;
}
