import { askAll } from '../control/control-client';
import { findingsOf, type Finding } from './finding';

const { ok, warning } = findingsOf('Load');
/** Threshold of the alert WorkerLate. */
const LATE_MS = 100;
const CURE =
  'docs/operations.md, "When it refuses", says what each class and reason means; npm run scale if cores are free';

const written = (count: number) => count.toLocaleString('en', { maximumFractionDigits: 1 });

/** What this check reads of the status of an API worker. */
interface Status {
  name: string;
  host?: string;
  requests: {
    lateMs?: number;
    refused?: { class: string; reason: string; perSecond: number; count: number }[];
  };
}

export function judgeLoad(statuses: Status[]): Finding[] {
  const findings = statuses
    .filter(({ requests }) => (requests.lateMs ?? 0) > LATE_MS)
    .map(({ host, name, requests }) =>
      warning(
        `The event loop of ${host ? `${host}/` : ''}${name} is late by ${Math.round(requests.lateMs ?? 0)} ms`,
        CURE,
      ),
    );
  const sums = new Map<string, { perSecond: number; count: number }>();
  for (const refusal of statuses.flatMap(({ requests }) => requests.refused ?? [])) {
    const key = `of class ${refusal.class}, reason ${refusal.reason}`;
    const { perSecond, count } = sums.get(key) ?? { perSecond: 0, count: 0 };
    sums.set(key, { perSecond: perSecond + refusal.perSecond, count: count + refusal.count });
  }
  for (const [what, { perSecond, count }] of sums) {
    const now = perSecond > 0 ? `, now ${written(perSecond)} a second` : ', none of them now';
    findings.push(
      warning(`Refused for overload in the last 5 minutes: ${written(count)} ${what}${now}`, CURE),
    );
  }
  return findings.length > 0 || statuses.length === 0
    ? findings
    : [ok('nothing was refused for overload in the last 5 minutes')];
}

/** Asks the API workers by their sockets; leaves out those that do not answer within a second. */
export async function askLoad(runDir: string): Promise<Finding[]> {
  const all = await askAll(runDir, 'GET /status');
  return judgeLoad(all.flatMap(({ answer }) => (answer.kind === 'api' ? [answer] : [])));
}
