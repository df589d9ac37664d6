import type { Config } from '../config';
import { fixedKeys, watchKeys } from '../keys/key-ring';
import type { Logger } from '../process/logger';

/** Holds the keys of the tokens, which come from a file that may change or from a variable. */
export function openKeys({ jwtKeys: keys, jwtKeysFile: file }: Config, logger: Logger) {
  if (!file) return { ...fixedKeys(keys), close() {} };
  const ring = watchKeys({
    file,
    keys,
    onChange(fault) {
      if (fault)
        logger.error({ fault }, 'The keys of the tokens cannot be read; those of before stay in force');
      else logger.info({ keys: ring.known().map(({ id }) => id) }, 'The keys of the tokens have changed');
    },
  });
  return ring;
}
