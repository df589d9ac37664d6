import { Agent, request as open } from 'node:http';
import { shellQuoted } from '../../src/command-line/convention';

export interface RawRequest {
  method: string;
  /** The path with its query, as it goes over the wire. */
  path: string;
  headers: Record<string, string>;
  body: string | Uint8Array | undefined;
}

export interface RawAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** Names and values alternately, each as often as it was sent. */
  rawHeaders: string[];
  text: string;
}

const TIMEOUT_MS = 20_000;
/** The most bytes of an answer's headers: Node's default would refuse answers to odd requests. */
const MOST_OF_HEADERS = 65_536;

/** Sends requests unchanged: unlike fetch, it corrects neither paths nor headers. */
export function createSender(url: string, sockets: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets });
  return {
    send: ({ method, path, headers, body }: RawRequest): Promise<RawAnswer> =>
      new Promise((resolve, reject) => {
        const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
        const outgoing = open(url, {
          agent,
          method,
          path,
          headers: { ...headers, ...length },
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
      }),
    close: () => agent.destroy(),
  };
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
