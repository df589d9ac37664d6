import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { apiDocument } from '../../contract/document';
import { createRequestCheck } from '../support/allowed-request';
import { startCluster, type Cluster } from '../support/cluster';
import { createContractCheck } from '../support/contract';
import { createKnownThings } from '../support/known-things';
import { createSender, curlOf, type RawAnswer, type RawRequest } from '../support/request-sender';
import { requestsOf, type PlannedRequest } from '../support/request-values';
import { createSchemas } from '../support/schemas';

const isLong = process.env.TEST_LONG === '1';
const REQUESTS = Number(process.env.TEST_REQUESTS ?? (isLong ? 100_000 : Infinity));
const DURATION_MS = isLong ? Infinity : 12_000;
const SEED = Number(process.env.TEST_SEED ?? randomInt(2 ** 31));
const AT_ONCE = 16;
const BATCH = 500;
const MOST_FAULTS = 10;

/** What an allowed request may be refused for, since JSON Schema can't say it. */
const REFUSALS = [
  { type: 'not-served', detail: /./, reason: 'not every filter goes with every sort' },
  { type: 'invalid-request', detail: /^query\.cursor:/, reason: 'cursors are opaque, and of one list' },
  { type: 'invalid-request', detail: /is not in the years 1 to 9999/, reason: 'the zone decides it' },
  { type: 'invalid-request', detail: /at most 72 bytes/, reason: 'lengths are counted in characters' },
  { type: 'invalid-request', detail: /half a character/, reason: 'what is half is no text' },
  { type: 'invalid-request', detail: /names an assignee who is not a user/, reason: 'only who is there' },
  {
    type: 'invalid-request',
    detail: /must hold (a word|at most 10 words)/,
    reason: 'JSON Schema counts no words',
  },
  { type: 'unsupported-media-type', detail: /is not a PNG/, reason: 'pictures are known by their content' },
  { type: 'key-reused', detail: /./, reason: 'the key was sent with another body' },
];

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
}, 120_000);

it(
  'answers whatever is sent as the document says',
  async () => {
    const [admin, worker] = [await cluster.buildAdmin(), await cluster.signUp()];
    const known = createKnownThings({ admin, worker });
    const sender = createSender(cluster.url, AT_ONCE);
    const check = createContractCheck(apiDocument);
    const isAllowed = createRequestCheck(apiDocument, createSchemas(apiDocument).faultOf);
    const plans = requestsOf(apiDocument, [admin.id, worker.id]);
    const faults = new Map<string, string>();
    const count = { sent: 0, allowed: 0, byStatus: {} as Record<number, number> };
    const startedAt = Date.now();

    const faultOf = (request: RawRequest, { status, headers, text }: RawAnswer): string | undefined => {
      const type = headers['content-type'] as string | undefined;
      if (status >= 500) return `${status} ${text}`;
      const path = request.path.split('?')[0]!;
      try {
        const body: unknown = type?.includes('json') && text !== '' ? JSON.parse(text) : text;
        return check({ method: request.method, path, status, type, body });
      } catch {
        return `${status}: is not JSON: ${text.slice(0, 200)}`;
      }
    };

    const refusalOf = (plan: PlannedRequest, id: string, { status, text }: RawAnswer): string | undefined => {
      if (!isAllowed(plan, id)) return undefined;
      count.allowed++;
      if (![400, 415, 422].includes(status) || plan.method === 'HEAD') return undefined;
      const { type, detail } = JSON.parse(text) as { type: string; detail: string };
      const isKnown = REFUSALS.some((one) => type === `/problems/${one.type}` && one.detail.test(detail));
      return isKnown ? undefined : `${status} for a request that the document allows: ${text.slice(0, 500)}`;
    };

    /** Of faults that are alike, the first is shown. */
    function add(fault: string, request: RawRequest, plan?: PlannedRequest): void {
      const kind = `${plan?.operation} ${fault.replaceAll(/[0-9a-f]{8,}|\d+(?=\/)/gi, '…')}`;
      if (!faults.has(kind)) faults.set(kind, `${fault}\n  ${curlOf(cluster.url, request)}`);
    }

    async function send(request: RawRequest, plan?: PlannedRequest, id?: string): Promise<void> {
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
            await send(request, plan, id);
            for (const removal of known.surplus()) await send(removal);
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
