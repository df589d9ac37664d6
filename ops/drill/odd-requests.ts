// @ts-nocheck
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

/** Well-formed HTTP, whatever it says: each odd text at each of these places, one after the other. */
export function oddRequests({
  token,
  taskPath,
  userPath,
}: {
  token: string;
  taskPath: string;
  userPath: string;
}) {
  const common = { authorization: `Bearer ${token}` };
  const long = Object.values(oddTexts(8_000));
  const short = Object.values(oddTexts(150));
  const send = (
    method: string,
    path: string,
    body:
      | { email?: string | undefined; password?: string | undefined; name?: string; username?: string }
      | undefined,
    more = {},
  ) => ({
    method,
    path,
    headers: { ...more, ...(body && { 'content-type': 'application/json' }) },
    body: body && JSON.stringify(body),
  });
  return long.flatMap((text, index) => {
    const few = short[index];
    const all = Object.fromEntries(headers.map((name) => [name, inHeader(text)]));
    const credentials = { authorization: `Bearer ${inHeader(text)}` };
    return [
      send('GET', `/${rawInAddress(text).slice(0, addressBytes)}`),
      send('GET', `/tasks?q=${inAddress(few, addressBytes)}&limit=1`, undefined, common),
      send('GET', '/tasks', undefined, { ...all, ...credentials }),
      send('GET', taskPath, undefined, { ...all, ...common }),
      send('POST', '/users/login', { email: few, password: few }),
      send('GET', `/tasks/${inAddress(text, addressBytes)}`, undefined, common),
      send('GET', `/users/x?cursor=${inAddress(text, addressBytes)}`),
      send('PATCH', userPath, { name: `x${few.slice(0, 90)}` }, common),
      send('POST', '/users/signup', { name: text, email: text, username: text, password: text }),
      send(
        'GET',
        `/tasks?cursor=${inAddress(text, 1_900)}&label=${inAddress(few, 4_000)}`,
        undefined,
        common,
      ),
    ];
  });
}
