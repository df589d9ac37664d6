import { setImmediate as turn } from 'node:timers/promises';
import { apiDocument } from '../../../contract/document';
import { oddTexts } from '../../../ops/drill/odd-text';
import { buildAdmin, buildTask, buildMember } from '../../support/factories';
import { createSender, curlOf, type RawAnswer, type RawRequest } from '../../support/request-sender';
import { textPlaces, type TextPlace } from '../../support/text-places';
import { useApi } from '../../support/use-api';
import { portOf } from '../../support/listen';

/** At most so many times as long as letters of the same length. What is quadratic takes 100 times as long, or more. */
const MOST_TIMES = 6;
/** Garbage is collected beside some of them: what is slow by itself is slow each time. */
const TRIES = 20;
/** What takes so often as long is slow by itself. */
const SURELY_TIMES = 1_000;
/** Characters of one line: the address is cut at 1,000, and JSON writes some characters as six. */
const LONGEST_LINE = 8_000;

let sender: ReturnType<typeof createSender>;
let url: string;
let places: TextPlace[];
const lines: string[] = [];
beforeAll(() => {
  jest
    .spyOn(process.stdout, 'write')
    .mockImplementation((text) => lines.push(...String(text).split('\n')) > 0);
});
const api = useApi({
  // The addresses of all requests are logged, twice.
  ...{ LOG_LEVEL: 'info', SLOW_REQUEST_MS: '1' },
  ...{ RATE_LIMIT: '0', SIGNUP_LIMIT: '0', CORS_ORIGINS: 'https://app.example.com' },
});

beforeAll(async () => {
  const [admin, member] = [await buildAdmin(api), await buildMember(api)];
  const task = await buildTask(api, admin);
  const ids = { '/tasks/{id}': task._id, '/users/{id}': member.id };
  places = textPlaces(apiDocument, ids, { Authorization: `Bearer ${admin.token}` });
  url = `http://127.0.0.1:${portOf(api.server)}`;
  sender = createSender(url, 1);
});

afterAll(async () => {
  jest.restoreAllMocks();
  sender.close();
});

/**
 * CPU time of this process for one request, in ms, with its log line: what keeps the event loop from other requests.
 * Unlike the time on a clock it does not grow with what other processes do, nor with what MongoDB takes.
 */
async function busyFor(request: RawRequest): Promise<{ ms: number; answer: RawAnswer }> {
  const before = process.cpuUsage();
  const answer = await sender.send(request);
  await turn();
  await turn();
  const { user, system } = process.cpuUsage(before);
  return { ms: (user + system) / 1_000, answer };
}

/** Without what the garbage collector took. */
async function leastBusyFor(request: RawRequest): Promise<number> {
  let least = Infinity;
  for (let count = 0; count < 8; count++) least = Math.min(least, (await busyFor(request)).ms);
  return least;
}

describe('the API', () => {
  it('is never kept busy by a text, whatever it consists of and wherever it is sent', async () => {
    const faults: string[] = [];
    const ofLetters = places.map((place) => place.request('a'.repeat(place.length)));
    // Twice: code gets warm.
    for (const request of ofLetters) await busyFor(request);
    const usual: number[] = [];
    for (const request of ofLetters) usual.push(await leastBusyFor(request));
    const middle = [...usual].sort((a, b) => a - b)[usual.length >> 1]!;

    for (const [index, place] of places.entries()) {
      const letters = Math.max(usual[index]!, middle);
      for (const [kind, text] of Object.entries(oddTexts(place.length))) {
        const request = place.request(text);
        const say = (what: string) =>
          faults.push(`${place.name}, ${kind}: ${what}\n  ${curlOf(url, request).slice(0, 200)}`);
        const { answer, ...first } = await busyFor(request);
        let { ms } = first;
        if (answer.status >= 500 && answer.status !== 501) say(`${answer.status} ${answer.text}`);
        for (
          let tries = 1;
          tries < TRIES && ms > MOST_TIMES * letters && ms < SURELY_TIMES * letters;
          tries++
        )
          ms = Math.min(ms, (await busyFor(request)).ms);
        if (ms <= MOST_TIMES * letters) continue;
        // Other threads of this process may take as long for a while: both are measured once more, side by side.
        if (ms < SURELY_TIMES * letters) ms = await leastBusyFor(request);
        const now = Math.max(letters, await leastBusyFor(ofLetters[index]!));
        if (ms > MOST_TIMES * now) say(`${ms.toFixed(1)} ms, letters ${now.toFixed(1)} ms`);
      }
    }
    expect(faults.join('\n')).toBe('');
    // A field that the document declares is found by itself.
    const names = places.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        'createTask body description',
        'createTask header Idempotency-Key',
        'listTasks query cursor',
        'listUsers query q',
        'getTask path id',
        'patchTask every field',
      ]),
    );
  }, 240_000);

  it('logs no more than a bounded line of any of them', () => {
    expect(lines.length).toBeGreaterThan(places.length);
    expect(lines.filter((line) => line.length > LONGEST_LINE)).toEqual([]);
  });
});
