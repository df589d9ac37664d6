import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import type { Broker } from '../../lib/broker-list';
import { reasonOf } from '../../lib/server-away';
import type { RabbitServers } from './brokers';
import { jobQueueNames } from './rabbit';

/** How many brokers keep a copy of a quorum queue. */
export interface QueueMembers {
  queue: string;
  members: number;
  /** Members whose broker runs. */
  online: number;
}

/** A queue as the management API describes it. */
interface Description {
  members?: string[];
  online?: string[];
}

const LONGEST = 1_000_000;

/**
 * Asks the management API, since AMQP does not say which brokers hold a queue: at `managementUrl`, or at the usual port
 * of the broker with its login.
 *
 * @throws Error that says why it could not be asked, without credentials
 */
export async function askQueueMembers(
  {
    broker,
    caFile,
    managementUrl,
  }: { broker: Broker; managementUrl?: string } & Pick<RabbitServers, 'caFile'>,
  prefix: string,
  limitMs: number,
): Promise<QueueMembers[]> {
  const base = managementUrl ? new URL(managementUrl) : usualUrl(broker);
  const { username = 'guest', password = 'guest', vhost } = broker;
  const login = base.username
    ? [base.username, base.password].map(decodeURIComponent).join(':')
    : `${username}:${password}`;
  const options = {
    headers: { authorization: `Basic ${Buffer.from(login).toString('base64')}` },
    signal: AbortSignal.timeout(limitMs),
    ...(base.protocol === 'https:' && caFile && { ca: await readFile(caFile) }),
  };
  const ask = async (queue: string): Promise<QueueMembers> => {
    const path = `${base.pathname.replace(/\/$/, '')}/api/queues/${vhost || '%2f'}/${encodeURIComponent(queue)}`;
    const { members = [], online = [] } = (await getJson(new URL(path, base.origin), options)) as Description;
    return { queue, members: members.length, online: online.length };
  };
  const { queue, dead } = jobQueueNames(prefix);
  try {
    return await Promise.all([queue, dead].map(ask));
  } catch (error) {
    throw new Error(`the management API at ${base.host} could not be asked (${reasonOf(error)})`, {
      cause: error,
    });
  }
}

function usualUrl({ isTls, hostname }: Broker): URL {
  const host = hostname.includes(':') ? `[${hostname}]` : hostname;
  return new URL(isTls ? `https://${host}:15671` : `http://${host}:15672`);
}

/** A `fetch` that takes certificates of its own. */
function getJson(url: URL, options: https.RequestOptions): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const { get } = url.protocol === 'https:' ? https : http;
    get(url, options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (text.length > LONGEST) response.destroy(new Error('too long an answer'));
      });
      response.on('error', reject).on('end', () => {
        if (response.statusCode === 401) return reject(new Error('401: the user lacks the tag `management`'));
        if (response.statusCode !== 200) return reject(new Error(`status ${response.statusCode}`));
        try {
          resolve(JSON.parse(text));
        } catch {
          reject(new Error('no JSON'));
        }
      });
    }).on('error', reject);
  });
}
