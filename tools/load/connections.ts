import type { IncomingHttpHeaders } from 'node:http';
import { Pool } from 'undici';

export interface Request {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  path: string;
  headers: Record<string, string>;
  body?: string | Uint8Array;
  /** Address of this host that the request comes from; 127.0.0.1 by default, if the server is there too. */
  from?: string;
}

export interface Answer {
  /** `0` if no answer came. */
  status: number;
  /** Names in lower case. */
  headers: IncomingHttpHeaders;
  /** The body, if `keepBodies`. */
  text: string;
  /** Why no answer came. */
  error?: string;
}

interface ConnectionsOptions {
  url: string;
  /** Networks that the caller made on this machine, such as `10.213.78`, to which load may go as well. */
  ownNetwork?: string;
  /** True to take any certificate: this host made it. */
  anyCertificate?: boolean;
  /** Most connections from one local address. */
  connections: number;
  /** True to read bodies, which costs the sender time. */
  keepBodies?: boolean;
  /** Called for each connection that is opened. */
  onConnect?: () => void;
}

export type Connections = ReturnType<typeof openConnections>;

/** Longer than NGINX waits for an API worker. */
const PATIENCE_MS = 25_000;
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** @throws if `url` leads to another host: load is for this one */
export function requireLoopback(url: string, ownNetwork?: string): void {
  const { hostname } = new URL(url);
  if (!LOOPBACK.has(hostname) && !(ownNetwork && hostname.startsWith(`${ownNetwork}.`)))
    throw new Error(`Load is sent to this host only, not to ${hostname}.`);
}

/**
 * Keeps connections to a server on this host. undici reports each connection that ends under a request and does not
 * repeat the request; it takes less than half of the CPU time of node:http, and the sender shares the cores with what
 * it measures.
 */
export function openConnections({
  url,
  ownNetwork,
  anyCertificate,
  connections,
  keepBodies = false,
  onConnect,
}: ConnectionsOptions) {
  requireLoopback(url, ownNetwork);
  const pools = new Map<string, Pool>();
  const open = (localAddress?: string) => {
    const pool = new Pool(url, {
      connections,
      pipelining: 1,
      connect: { localAddress, rejectUnauthorized: !anyCertificate },
    });
    pools.set(localAddress ?? '', pool);
    return onConnect ? pool.on('connect', onConnect) : pool;
  };

  return {
    /** Sends a request, and calls `onAnswer` once: when the answer is complete or cannot come any more. */
    send(
      { from = ownNetwork ? undefined : '127.0.0.1', method, path, headers, body }: Request,
      onAnswer: (answer: Answer) => void,
    ): void {
      const answer: Answer = { status: 0, headers: {}, text: '' };
      (pools.get(from ?? '') ?? open(from)).dispatch(
        { method, path, headers, body, headersTimeout: PATIENCE_MS, bodyTimeout: PATIENCE_MS },
        {
          onRequestStart: () => {},
          onResponseStart: (_controller, status, received) => {
            answer.status = status;
            answer.headers = received;
          },
          onResponseData: (_controller, chunk) => {
            if (keepBodies) answer.text += chunk.toString();
          },
          onResponseEnd: () => onAnswer(answer),
          // Not at once: closed connections fail within `dispatch`, and a client that then sends again would recurse.
          onResponseError: (_controller, error: NodeJS.ErrnoException) =>
            setImmediate(onAnswer, { status: 0, headers: {}, text: '', error: error.code ?? error.message }),
        },
      );
    },
    /** Closes all connections at once; requests under way get no answer. */
    async close(): Promise<void> {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
}
