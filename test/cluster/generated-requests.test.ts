import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { apiDocument } from '../../contract/document';
import { createRequestCheck } from '../support/allowed-request';
import { useCluster } from '../support/cluster';
import { use } from '../support/use';
import { createContractCheck } from '../support/contract';
import { createKnownThings } from '../support/known-things';
import { connectRaw } from '../support/raw-client';
import { createSender, curlOf, type RawAnswer, type RawRequest } from '../support/request-sender';
import { requestsOf, type PlannedRequest } from '../support/request-values';
import { createSchemas } from '../support/schemas';
import { eventually } from '../support/wait';

const isLong = process.env.TEST_LONG === '1';
const REQUESTS = Number(process.env.TEST_REQUESTS ?? (isLong ? 100_000 : Infinity));
const DURATION_MS = isLong ? Infinity : 12_000;
const SEED = Number(process.env.TEST_SEED ?? randomInt(2 ** 31));
const AT_ONCE = 16;
const BATCH = 500;
const MOST_FAULTS = 10;

/** Reasons to refuse an allowed request, which JSON Schema cannot express. */
const REFUSALS = [
  { type: 'not-served', detail: /./, reason: 'not every filter goes with every sort' },
  { type: 'invalid-request', detail: /^query\.cursor:/, reason: 'cursors are opaque, and of one list' },
  { type: 'invalid-request', detail: /is not in the years 1 to 9999/, reason: 'the zone decides it' },
  { type: 'invalid-request', detail: /at most 72 bytes/, reason: 'lengths are counted in characters' },
  { type: 'invalid-request', detail: /at least 8 characters/, reason: 'passwords are counted composed' },
  { type: 'invalid-request', detail: /U\+FFFD, which stands for/, reason: 'such a password opens to others' },
  {
    type: 'invalid-request',
    detail: /commonest passwords|must not contain the name, the user name/,
    reason: 'a list of passwords is no pattern',
  },
  { type: 'invalid-request', detail: /at most a year from now/, reason: 'the present time decides it' },
  { type: 'invalid-request', detail: /half a character/, reason: 'what is half is no text' },
  { type: 'invalid-request', detail: /percent-encoded UTF-8/, reason: 'values are described as decoded' },
  {
    type: 'invalid-request',
    detail:
      /must not contain (the control character )?U\+|must be one line|must close each isolate|a visible character/,
    reason: "a pattern that says so is not every validator's, and would break the released contract",
  },
  { type: 'invalid-request', detail: /assignee of the task is not a user/, reason: 'only who is there' },
  {
    type: 'invalid-request',
    detail: /must contain (a word|at most 10 words)/,
    reason: 'JSON Schema counts no words',
  },
  { type: 'unsupported-media-type', detail: /is not a PNG/, reason: 'pictures are known by their content' },
  { type: 'key-reused', detail: /./, reason: 'the key was sent with another body' },
];

const cluster = useCluster();
const admin = use(() => cluster.buildAdmin());

/** The bytes that go over the wire: each character is one of them. */
const bytesOf = (text: string) => Buffer.from(text, 'latin1');

describe('the API', () => {
  it.each([
    ['a body in Latin-1', 'POST', '/tasks', '{"title":"\xfc"}', /^The body is not UTF-8/],
    ['a query in Latin-1', 'GET', '/tasks?label=G%E4rten', '', /^query.label: .*percent-encoded UTF-8/],
    ['bytes as they are in a query', 'GET', '/tasks?label=G\xc3\xa4rten', '', /percent-encode it/],
    ['a path in Latin-1', 'GET', '/tasks/%E4', '', /percent-encoded UTF-8/],
    ['an overlong form in a path', 'GET', '/tasks/%C0%80', '', /percent-encoded UTF-8/],
    ['bytes as they are in a path', 'GET', '/tasks/\xc3\xa4', '', /percent-encode it/],
  ])('refuses %s with 400', async (_name, method, path, body, detail) => {
    const { token } = admin;
    const { port } = new URL(cluster.url);
    const client = await connectRaw(Number(port));
    const headers = {
      Authorization: `Bearer ${token}`,
      Connection: 'close',
      ...(body && { 'Content-Type': 'application/json', 'Content-Length': String(body.length) }),
    };
    client.ask(`${method} ${path}`, headers);
    client.socket.write(bytesOf(body));
    await eventually(() => client.howItEnded() !== 'open');
    const [head, text] = client.text().split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1.1 400 /);
    expect(head).toMatch(/content-type: application\/problem\+json/i);
    expect((JSON.parse(text!) as { detail: string }).detail).toMatch(detail);
  });

  it(
    'answers any request as the document says',
    async () => {
      const member = await cluster.signUp();
      const known = createKnownThings({ admin, worker: member });
      const sender = createSender(cluster.url, AT_ONCE);
      const check = createContractCheck(apiDocument);
      const isAllowed = createRequestCheck(apiDocument, createSchemas(apiDocument).faultOf);
      const plans = requestsOf(apiDocument, [admin.id, member.id]);
      const faults = new Map<string, string>();
      const count = { sent: 0, allowed: 0, byStatus: {} as Record<number, number> };
      const startedAt = Date.now();

      const faultOf = (request: RawRequest, { status, headers, text }: RawAnswer): string | undefined => {
        const type = headers['content-type'];
        // On a busy host a worker may be overloaded: its answer then says that the request had no effect.
        const isRefused =
          status === 503 && headers['retry-after'] !== undefined && text.includes('had no effect');
        if (status >= 500 && !isRefused) return `${status} ${text}`;
        const path = request.path.split('?')[0]!;
        try {
          const body: unknown = type?.includes('json') && text !== '' ? JSON.parse(text) : text;
          return check({ method: request.method, path, status, type, body });
        } catch {
          return `${status}: is not JSON: ${text.slice(0, 200)}`;
        }
      };

      const refusalOf = (
        plan: PlannedRequest,
        id: string,
        { status, text }: RawAnswer,
      ): string | undefined => {
        if (!isAllowed(plan, id)) return undefined;
        count.allowed++;
        if (![400, 415, 422].includes(status) || plan.method === 'HEAD') return undefined;
        const { type, detail } = JSON.parse(text) as { type: string; detail: string };
        const isKnown = REFUSALS.some((one) => type === `/problems/${one.type}` && one.detail.test(detail));
        return isKnown
          ? undefined
          : `${status} for a request that the document allows: ${text.slice(0, 500)}`;
      };

      /** Shows the first of similar faults. */
      function add(fault: string, request: RawRequest, plan?: PlannedRequest): void {
        const kind = `${plan?.operation} ${fault.replaceAll(/[0-9a-f]{8,}|\d+(?=\/)/gi, '…')}`;
        if (!faults.has(kind)) faults.set(kind, `${fault}\n  ${curlOf(cluster.url, request)}`);
      }

      async function sendOne(request: RawRequest, plan?: PlannedRequest, id?: string): Promise<void> {
        try {
          const answer = await sender.send(request);
          count.sent++;
          count.byStatus[answer.status] = (count.byStatus[answer.status] ?? 0) + 1;
          const fault = faultOf(request, answer) ?? (plan && refusalOf(plan, id!, answer));
          if (fault) add(fault, request, plan);
          else if (plan) known.learn(plan, request.path, answer);
        } catch (error) {
          add(String(error), request, plan);
        }
      }

      const isOver = () =>
        count.sent >= REQUESTS || Date.now() - startedAt > DURATION_MS || faults.size >= MOST_FAULTS;
      const tell = () => {
        const seconds = Math.round((Date.now() - startedAt) / 1_000);
        const statuses = Object.entries(count.byStatus).map(([status, times]) => `${status}: ${times}`);
        process.stderr.write(
          `  ${seconds} s: ${count.sent} requests of seed ${SEED}, ${count.allowed} allowed (${statuses.join(', ')}), ${faults.size} faults\n`,
        );
      };

      const progress = setInterval(tell, 5_000);
      try {
        for (let batch = 0; !isOver(); batch++) {
          const queue = fc.sample(plans, { seed: SEED + batch, numRuns: BATCH });
          const work = async () => {
            for (let plan = queue.pop(); plan && !isOver(); plan = queue.pop()) {
              const { id, request } = known.toRequest(plan);
              await sendOne(request, plan, id);
              for (const removal of known.surplus()) await sendOne(removal);
            }
          };
          await Promise.all(Array.from({ length: AT_ONCE }, work));
        }
      } finally {
        clearInterval(progress);
        sender.close();
        tell();
      }
      if (faults.size > 0) throw new Error(`With TEST_SEED=${SEED}:\n${[...faults.values()].join('\n\n')}`);
      expect(count.allowed).toBeGreaterThan(count.sent / 10);
    },
    isLong ? 4 * 3_600_000 : 120_000,
  );
});
