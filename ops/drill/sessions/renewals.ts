import { post, type Session } from '../../../tools/kit/people';
import { calm, count } from '../load';
import { promisedMs, type Part, type PartContext } from './part';

const times = 50;
const apiWorkers = 4;
/** Longer than the API gives the same successor again. */
const graceMs = 31_000;

interface Renewed extends Session {
  refreshToken: string;
}

/** Renews one refresh token many times at once, and again when only its successor is valid. */
async function measure({ progress, account, url, faults }: PartContext) {
  const { email, password } = account;
  const session = await post<Renewed>(`${url}/users/login`, { email, password });
  async function renew(refreshToken: string) {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ refreshToken });
    const response = await fetch(`${url}/users/token`, { method: 'POST', headers, body });
    const renewed = (await response.json()) as Partial<Renewed>;
    return { status: response.status, worker: response.headers.get('x-worker'), renewed };
  }

  const answers = await progress.step('renewals', `${times} of one refresh token at once`, () =>
    Promise.all(Array.from({ length: times }, () => renew(session.refreshToken))),
  );
  const statuses: Record<string, number> = {};
  for (const { status } of answers) count(statuses, String(status));
  const successors = new Set(answers.map(({ renewed }) => renewed.refreshToken));
  const workers = new Set(answers.map(({ worker }) => worker));
  console.log(
    `renewals: ${JSON.stringify(statuses)} by ${workers.size} API workers, ${successors.size} successor(s)`,
  );
  if (statuses[200] !== times) faults.push(`renewals were answered ${JSON.stringify(statuses)}`);
  if (successors.size !== 1) faults.push(`${times} renewals gave ${successors.size} successors`);
  if (workers.size !== apiWorkers) faults.push(`only ${workers.size} API workers answered renewals`);

  await progress.step('renewals', 'waiting until the replaced token is refused', () => calm(graceMs));
  const [{ renewed }] = answers as [(typeof answers)[0]];
  const replaced = (await renew(session.refreshToken)).status;
  const successor = (await renew(String(renewed.refreshToken))).status;
  await calm(promisedMs);
  const headers = { authorization: `Bearer ${renewed.token}` };
  const { status: access } = await fetch(`${url}/users/me`, { headers });
  const text = `${graceMs / 1_000} s later: ${replaced} for the replaced token; its session: ${successor} for a renewal, ${access} for a request`;
  console.log(text);
  if ([replaced, successor, access].some((status) => status !== 401)) faults.push(`${text}; promised: 401`);
}

export const renewals: Part = { apiWorkers, measure };
