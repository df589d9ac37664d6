import type { Config } from '../../config';
import { isLoopback } from '../../lib/client-address';
import type { Logger } from '../../process/logger';

const isThisHost = (host: string): boolean => host === 'localhost' || isLoopback(host);

/** Logs whose X-Forwarded-For is trusted if other hosts can send requests to this worker themselves. */
export function logTrustedProxies(
  { host, trustProxy }: Pick<Config, 'host' | 'trustProxy'>,
  logger: Pick<Logger, 'info'>,
): void {
  if (isThisHost(host)) return;
  const proxies = trustProxy.join(', ');
  logger.info(
    { host, trustProxy },
    `HOST lets other hosts reach this worker; X-Forwarded-For is trusted from ${proxies} (TRUST_PROXY)`,
  );
}
