import { isIP } from 'node:net';

const NAME = /^(?=.{1,253}$)[a-z\d_](?:[\w-]{0,62})(?:\.[a-z\d_][\w-]{0,62})*\.?$/i;

/** Returns whether it is an address or can be the name of a host. A name of digits and dots is a mistyped address. */
export const isHost = (text: string): boolean =>
  isIP(text) > 0 || (NAME.test(text) && !/^[\d.]+$/.test(text));
