import { Agent, type Server } from 'node:http';
import { portOf } from './listen';
import { sendBy, type RawAnswer } from './request-sender';

export interface Asked {
  method: string;
  path: string;
  token?: string;
  headers?: Record<string, string>;
  /** JSON as it is sent. */
  body?: string;
}

export interface Answer extends RawAnswer {
  /** The parsed JSON; tests assert what it holds. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any;
}

/** Sends requests over kept connections: several times as fast as supertest, which opens one for each. */
export function createExchange() {
  const agent = new Agent({ keepAlive: true });

  return {
    async send(server: Server, { method, path, token, headers, body }: Asked): Promise<Answer> {
      const all = {
        ...(token && { Authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      };
      const url = `http://127.0.0.1:${portOf(server)}`;
      const answer = await sendBy(agent, url, { method, path, headers: all, body });
      return { ...answer, body: answer.text === '' ? undefined : JSON.parse(answer.text) };
    },
    close: () => agent.destroy(),
  };
}
