import { Agent, request as open, type IncomingHttpHeaders } from 'node:http';
import { shellQuoted } from '../../src/command-line/convention';

export interface RawRequest {
  method: string;
  /** The path with its query, as it goes over the wire. */
  path: string;
  headers: Record<string, string>;
  body: string | Uint8Array | undefined;
  /** The address of this host from which it comes. */
  from?: string;
}

export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  /** Names and values alternately, each as often as it was sent. */
  rawHeaders: string[];
  text: string;
}

const TIMEOUT_MS = 20_000;
/** The most bytes of an answer's headers: Node's default would refuse answers to odd requests. */
const MOST_OF_HEADERS = 65_536;

/** Sends a request unchanged: unlike fetch, it corrects neither paths nor headers. */
export const sendBy = (
  agent: Agent,
  url: string,
  { method, path, headers, body, from }: RawRequest,
): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
    const outgoing = open(url, {
      agent,
      method,
      path,
      headers: { ...headers, ...length },
      localAddress: from,
      timeout: TIMEOUT_MS,
      maxHeaderSize: MOST_OF_HEADERS,
    });
    outgoing.once('error', reject);
    outgoing.once('timeout', () => outgoing.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    outgoing.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).once('error', reject);
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const { statusCode, headers, rawHeaders } = response;
        resolve({ status: statusCode!, headers, rawHeaders, text });
      });
    });
    outgoing.end(body);
  });

/** Sends requests to one server over at most so many kept connections. */
export function createSender(url: string, sockets = Infinity) {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets });
  return { send: (request: RawRequest) => sendBy(agent, url, request), close: () => agent.destroy() };
}

const LONGEST = 1_500;

/** The request as a `curl` command. */
export function curlOf(url: string, { method, path, headers, body }: RawRequest): string {
  const lines = Object.entries(headers).map(([name, value]) => `-H ${shellQuoted(`${name}: ${value}`)}`);
  const text = body instanceof Uint8Array ? `[${body.length} bytes]` : body;
  const data = text === undefined ? [] : [`--data-binary ${shellQuoted(text.slice(0, LONGEST))}`];
  const verb = method === 'HEAD' ? '--head' : `-X ${method}`;
  return ['curl -i --path-as-is', verb, shellQuoted(`${url}${path}`), ...lines, ...data].join(' ');
}
