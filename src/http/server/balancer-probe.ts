import { lookup as lookUp } from 'node:dns/promises';
import { setMaxListeners } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { within } from '../../lib/deadline';

/** One NGINX: a URL of BALANCER_URL at one of the addresses of its name. */
export interface Target {
  url: URL;
  /** Unset if the name is an address, or cannot be looked up. */
  address?: string;
  /** True if the name has no address: its container is gone. */
  isUnknown?: boolean;
  name: string;
}

/**
 * `late` means a slow NGINX, a busy host or a limit, and proves nothing. `refused` means no NGINX, and `wrong` another
 * server than the one that passes requests on.
 */
export type Reply = 'answered' | 'late' | 'refused' | 'wrong';

/** Longer than the resolver of containers takes to give up (`dns_opt` in docker-compose.yml). */
const LOOK_UP_MS = 2_500;
/** Shorter than a leave may be quiet (QUIET_LIMIT_MS), so that an NGINX whose host vanished does not prolong it. */
const CONNECT_MS = 700;
/** Path that a draining worker answers with 503, which NGINX counts as a failure; see nginx.conf.template. */
const SERVING_PATH = '/health/serving';
/** Names the NGINX in a probe, so that a worker that gets it knows which NGINX sends it requests. */
const MARK = `${SERVING_PATH}?via=`;

/** Returns the NGINX that the probe with this URL came through; `undefined` for other requests. */
export function targetOfProbe(url: string): string | undefined {
  if (!url.startsWith(MARK)) return undefined;
  // A client may send anything.
  return new URLSearchParams(url.slice(url.indexOf('?'))).get('via') ?? undefined;
}

/** Looks the names up anew, since an NGINX may have been added, and returns each NGINX. */
export const findTargets = async (urls: string[]): Promise<Target[]> =>
  (await Promise.all(urls.map(targetsOf))).flat();

async function targetsOf(text: string): Promise<Target[]> {
  const url = new URL(text);
  const only = [{ url, name: url.host }];
  // All addresses of `localhost` are this host's one NGINX.
  if (url.hostname === 'localhost' || isIP(url.hostname.replace(/[[\]]/g, '')) > 0) return only;
  const found = await within(lookUp(url.hostname, { all: true }), LOOK_UP_MS, []).catch(() => undefined);
  // Each further look-up would block a thread for seconds, and the process cannot end meanwhile.
  if (!found) return only.map((target) => ({ ...target, isUnknown: true }));
  if (found.length === 0) return only;
  return found.map(({ address }) => ({ url, address, name: `${url.host} at ${address}` }));
}

/** Connects to the address of this NGINX, whatever others its name has. */
function agentOf({ url, address }: Target, keepAlive: boolean): http.Agent {
  const { Agent } = url.protocol === 'https:' ? https : http;
  const family = isIP(address ?? '');
  return new Agent({
    keepAlive,
    ...(address && {
      lookup: (_name, { all }, done) =>
        all ? done(null, [{ address, family }]) : done(null, address, family),
    }),
  });
}

const pathAt = ({ url }: Target, path: string) => `${url.pathname.replace(/\/$/, '')}${path}`;

/** Asks one NGINX for what any worker behind it answers. @throws Error if it does not answer before `signal` aborts */
export const askTarget = (target: Target, path: string, signal: AbortSignal) =>
  new Promise<{ status: number; text: string }>((resolve, reject) => {
    const { get } = target.url.protocol === 'https:' ? https : http;
    const options = { agent: agentOf(target, false), path: pathAt(target, path), signal };
    get(target.url, options, (response) => {
      const { statusCode: status = 0 } = response;
      textOf(response).then((text) => resolve({ status, text }), reject);
    }).once('error', reject);
  });

/** Asks one NGINX for `SERVING_PATH` with the name of its URL. Aborting has no effect on what NGINX counts. */
export function createProbe(targets: Target[]) {
  const agents = targets.map((target) => agentOf(target, true));

  const ask = (target: Target, signal: AbortSignal): Promise<Reply> =>
    new Promise((resolve) => {
      if (target.isUnknown) return resolve('refused');
      const { get } = target.url.protocol === 'https:' ? https : http;
      const path = pathAt(target, `${MARK}${encodeURIComponent(target.name)}`);
      const fail = () => resolve(signal.aborted ? 'late' : 'refused');
      setMaxListeners(0, signal);
      const request = get(
        target.url,
        { agent: agents[targets.indexOf(target)], path, signal },
        (response) => {
          response.once('error', fail);
          response.resume().once('end', () => resolve(replyOf(response.statusCode)));
        },
      ).once('error', fail);
      request.once('socket', (socket) => {
        if (!socket.connecting) return;
        const limit = setTimeout(() => request.destroy(), CONNECT_MS);
        for (const event of ['connect', 'close']) socket.once(event, () => clearTimeout(limit));
      });
    });

  return { ask, close: () => agents.forEach((agent) => agent.destroy()) };
}

function replyOf(status = 0): Reply {
  if (status === 429) return 'late';
  return (status >= 200 && status < 300) || status >= 500 ? 'answered' : 'wrong';
}
