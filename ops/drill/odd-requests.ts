import type { Request } from '../../tools/load/connections';
import { inAddress, oddTexts } from './odd-text';

/** Bytes: NGINX takes 8 kB of an address, and 16 kB of address and headers together. */
const addressBytes = 7_500;
const headerBytes = 1_000;
const headers = [
  ...['Accept', 'Accept-Language', 'Cookie', 'If-Match', 'If-None-Match', 'Idempotency-Key', 'Origin'],
  ...['Range', 'Referer', 'User-Agent', 'X-Forwarded-For', 'X-Request-Id'],
];

const rawInAddress = (text: string) => text.replace(/[^!-~]/g, '');
const inHeader = (text: string) => text.replace(/[^ -~]/g, '').slice(0, headerBytes);

export interface Member {
  /** Headers that authenticate the member. */
  headers: Record<string, string>;
  taskPath: string;
  userPath: string;
}

/** Makes well-formed HTTP requests with odd content: each odd text at each of these places, one after the other. */
export function oddRequests({ headers: own, taskPath, userPath }: Member): Request[] {
  const get = (path: string, more: Record<string, string> = {}): Request => ({
    method: 'GET',
    path,
    headers: more,
  });
  const send = (method: 'POST' | 'PATCH', path: string, body: object, more = {}): Request => ({
    method,
    path,
    headers: { ...more, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const short = Object.values(oddTexts(150));
  return Object.values(oddTexts(8_000)).flatMap((text, index) => {
    const few = short[index]!;
    const all = Object.fromEntries(headers.map((name) => [name, inHeader(text)]));
    return [
      get(`/${rawInAddress(text).slice(0, addressBytes)}`),
      get(`/tasks?q=${inAddress(few, addressBytes)}&limit=1`, own),
      get('/tasks', { ...all, authorization: `Bearer ${inHeader(text)}` }),
      get(taskPath, { ...all, ...own }),
      send('POST', '/users/login', { email: few, password: few }),
      get(`/tasks/${inAddress(text, addressBytes)}`, own),
      get(`/users/x?cursor=${inAddress(text, addressBytes)}`),
      send('PATCH', userPath, { name: `x${few.slice(0, 90)}` }, own),
      send('POST', '/users/signup', { name: text, email: text, username: text, password: text }),
      get(`/tasks?cursor=${inAddress(text, 1_900)}&label=${inAddress(few, 4_000)}`, own),
    ];
  });
}
