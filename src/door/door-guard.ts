import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import type { Request } from 'express';
import { isLoopback } from '../lib/client-address';
import { ForbiddenError } from '../problems/errors';

/** Host names that browsers resolve to this host alone. */
const LOCAL = /^(?:.+\.)?localhost$/i;

function isOwnName(authority = ''): boolean {
  const name = authority.replace(/:\d+$/, '');
  return LOCAL.test(name) || isIP(name.replace(/^\[(.*)\]$/, '$1')) > 0;
}

/**
 * Refuses metrics to a balancer, which each scrape would reach another host through. NGINX beside the workers says
 * nothing of itself: it asks the workers of its own host alone.
 * @throws ForbiddenError
 */
function requireDirect(headers: IncomingHttpHeaders): void {
  if (['x-forwarded-for', 'forwarded', 'via'].some((name) => headers[name] !== undefined))
    throw new ForbiddenError(
      'The scrape came through a proxy, so the next may reach another host. Scrape each host at its own internal port:' +
        ' docs/fleet.md#prometheus-by-host.',
    );
}

/**
 * Refuses what a web page may have sent: any page that a browser of this host shows can address its loopback. A change
 * never comes from a page. Over loopback the request must name this host by an address or as localhost, since the owner
 * of a name can resolve it to loopback for a page of theirs (DNS rebinding).
 * @throws ForbiddenError
 */
export function requireOperator({ method, path, headers, socket }: Request): void {
  if (path.startsWith('/metrics')) requireDirect(headers);
  const isChange = method !== 'GET' && method !== 'HEAD';
  const site = headers['sec-fetch-site'];
  if (isChange && (headers.origin !== undefined || (site !== undefined && site !== 'none')))
    throw new ForbiddenError('A web page sent this request. Send it by a command such as curl.');
  if (isLoopback(socket.localAddress ?? '') && !isOwnName(headers.host))
    throw new ForbiddenError('The request names another host. Use localhost or an address.');
}
