import { z } from 'zod';
import { protocol, type Answers } from '../../control/protocol';

type Status = Answers['GET /status'];

/** A longer text is not from a worker. */
const MOST_CHARACTERS = 4_096;
const MOST_REFUSED = 5;
const MOST_RECENT = 2;
const MOST_JOBS = 4;

const name = z.string().regex(/^(api|worker)-\d{1,3}$/);
const pid = z.int().positive();
const from = { host: z.string().regex(/^[A-Za-z0-9][\w.-]{0,62}$/), place: z.string().regex(/^[\w-]{8}$/) };
const message = z.union([
  z.object({ ...from, gone: z.object({ name, pid }) }),
  z.object({ ...from, status: protocol['GET /status'].answer }),
]);

/** What a process says of itself to those that show the fleet. `place` differs for two hosts of the same name. */
export type Message = { host: string; place: string } & (
  { status: Status } | { gone: { name: string; pid: number } }
);

const rounded = (value: number) => Math.round(value * 10) / 10;
const roundedOrNull = (value: number | null) => (value === null ? null : rounded(value));

/** Leaves out what the live page does not show of other hosts: a few hundred bytes remain. */
function shortened(status: Status): Status {
  const { build } = status;
  const common = build && { build: { ...build, commit: build.commit.slice(0, 7) } };
  if (status.kind === 'worker') {
    const { underWay, ended } = status.jobs;
    return { ...status, ...common, jobs: { underWay: underWay.slice(0, MOST_JOBS), ended } };
  }
  const { requests, keyIds: _, ...rest } = status;
  return {
    ...rest,
    ...common,
    requests: {
      ...requests,
      perSecond: rounded(requests.perSecond),
      p50Ms: roundedOrNull(requests.p50Ms),
      p99Ms: roundedOrNull(requests.p99Ms),
      lateMs: rounded(requests.lateMs),
      refused: requests.refused.filter(({ perSecond }) => perSecond > 0).slice(0, MOST_REFUSED),
      recent: requests.recent
        .slice(-MOST_RECENT)
        .map((request) => ({ ...request, path: request.path.slice(0, 80), ms: rounded(request.ms) })),
    },
  };
}

export const textOf = (from: { host: string; place: string }, status: Status): string =>
  JSON.stringify({ ...from, status: shortened(status) });

export const farewell = (
  from: { host: string; place: string },
  gone: { name: string; pid: number },
): string => JSON.stringify({ ...from, gone });

/** Returns undefined for what no worker of this or a similar release wrote. */
export function parseMessage(text: string): Message | undefined {
  if (text.length > MOST_CHARACTERS) return undefined;
  try {
    const { data } = message.safeParse(JSON.parse(text));
    if (data && 'status' in data && !name.safeParse(data.status.name).success) return undefined;
    return data;
  } catch {
    return undefined;
  }
}
