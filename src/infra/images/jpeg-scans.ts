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
