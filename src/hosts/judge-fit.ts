import type { Config } from '../config';
import type { ListedHost } from './list-hosts';
import { placeOf } from './place';

/** A host that is gone may have other keys by now, so it does not keep this one from serving. */
const ifGone = (name: string) => ` But ${name} is gone, so this only matters if it comes back as it was.`;

/**
 * Compares the configuration of this host with the other hosts on its database.
 *
 * @returns faults: what would break clients if this host served; warnings: the same about hosts that are gone
 */
export function judgeFit(
  config: Pick<Config, 'host' | 'hostName' | 'jwtKeys' | 'keyPrefix' | 'runDir'>,
  hosts: ListedHost[],
): { faults: string[]; warnings: string[] } {
  const { hostName, runDir } = config;
  /** This host at another address, or as it was before it died. */
  const isSelf = ({ name, place, address = '', isGone }: ListedHost) =>
    place === placeOf(config) ||
    place === placeOf({ host: address, runDir }) ||
    (isGone && name === hostName);
  const others = hosts.filter((host) => host.place !== undefined && !isSelf(host));
  const own = config.jwtKeys.map(({ id }) => id);

  const faultsOf = ({ name, keyIds, keyPrefix }: ListedHost) => [
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
  ];
  return {
    faults: others.filter(({ isGone }) => !isGone).flatMap(faultsOf),
    warnings: others
      .filter(({ isGone }) => isGone)
      .flatMap((host) => faultsOf(host).map((fault) => `${fault}${ifGone(host.name)}`)),
  };
}
