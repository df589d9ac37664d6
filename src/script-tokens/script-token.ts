import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 178 bits. */
const RANDOM_LENGTH = 30;
/** Enough for every checksum of 32 bits. */
const CHECKSUM_LENGTH = 6;
const FORM = new RegExp(`^tft_[0-9A-Za-z]{${RANDOM_LENGTH + CHECKSUM_LENGTH}}$`);

function checksumOf(random: string): string {
  let rest = crc32(random);
  let text = '';
  for (let place = 0; place < CHECKSUM_LENGTH; place++) {
    text = DIGITS[rest % DIGITS.length]! + text;
    rest = Math.floor(rest / DIGITS.length);
  }
  return text;
}

/** Makes a token whose prefix and checksum let scanners of repositories recognize it without a request. */
export function newScriptToken(): string {
  const random = Array.from({ length: RANDOM_LENGTH }, () => DIGITS[randomInt(DIGITS.length)]).join('');
  return `tft_${random}${checksumOf(random)}`;
}

export const isScriptToken = (token: string): boolean => token.startsWith('tft_');

/** Returns whether the checksum is right: a mistyped or made-up token needs no look into the database. */
export const isWellFormed = (token: string): boolean =>
  FORM.test(token) && checksumOf(token.slice(4, -CHECKSUM_LENGTH)) === token.slice(-CHECKSUM_LENGTH);
