import type { Config } from '../config';
import type { ListedHost } from './list-hosts';
import { placeOf } from './place';

/**
 * Compares the configuration of this host with the other hosts on its database.
 *
 * @returns what would break clients if this host served
 */
export function judgeFit(
  config: Pick<Config, 'host' | 'hostName' | 'jwtKeys' | 'keyPrefix' | 'runDir'>,
  hosts: ListedHost[],
): string[] {
  const place = placeOf(config);
  const others = hosts.filter((host) => host.place !== undefined && host.place !== place);
  // What died may have had other keys since; it counts only if nothing else can be asked.
  const living = others.filter(({ isGone }) => !isGone);
  const own = config.jwtKeys.map(({ id }) => id);
  return (living.length > 0 ? living : others).flatMap(({ name, keyIds, keyPrefix }) => [
    ...(keyIds.length > 0 && !keyIds.some((id) => own.includes(id))
      ? [
          `The keys of the tokens here (${own.join(', ')}) are none of those of ${name} (${keyIds.join(', ')}): each would refuse ` +
            "the other's tokens. Bring jwt-secrets from that host, or name its copy by JWT_SECRETS_FILE.",
        ]
      : []),
    ...(keyPrefix !== undefined && keyPrefix !== config.keyPrefix
      ? [
          `KEY_PREFIX is ${config.keyPrefix} here and ${keyPrefix} on ${name}, which use one database: each would serve stale ` +
            `answers from a cache of its own. Set KEY_PREFIX=${keyPrefix}.`,
        ]
      : []),
  ]);
}
