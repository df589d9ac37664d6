import type { Person } from './factories';
import type { PlannedRequest } from './request-values';
import type { RawAnswer, RawRequest } from './request-sender';

type Kind = 'users' | 'tasks' | 'jobs';

/** The most that are kept of each kind, so that lists stay short. */
const MOST: Record<Kind, number> = { users: 20, tasks: 200, jobs: 50 };

/** Remembers what exists while generated requests run; the accounts that send them are never removed. */
export function createKnownThings({ admin, worker: member }: { admin: Person; worker: Person }) {
  const made: Record<Kind, string[]> = { users: [], tasks: [], jobs: [] };
  const tags = new Map<string, string>();
  const nextPages = new Map<string, string>();
  /** Tokens of users who signed up meanwhile. Log-outs use them up, so that `tokens` hold to the end. */
  const spare: string[] = [];
  const kept = { users: [admin.id, member.id], tasks: [], jobs: [] };
  const tokens = { Admin: `Bearer ${admin.token}`, worker: `Bearer ${member.token}` };

  function idFor({ id, template, operation }: PlannedRequest): string {
    if (typeof id === 'string' || !template.includes('{')) return String(id);
    const kind = template.split('/')[1] as Kind;
    // These can end the tokens of the accounts that send the requests.
    const isRisky = operation === 'deleteUser' || operation === 'patchUser';
    const there = isRisky ? made[kind] : [...kept[kind], ...made[kind]];
    return there[id % Math.max(there.length, 1)] ?? 'a'.repeat(24);
  }

  return {
    /** The planned request with existing ids, tags and pages. */
    toRequest(plan: PlannedRequest): { id: string; request: RawRequest } {
      const id = idFor(plan);
      const { operation, template, method, query, headers, body, role, token, follows, isCurrent } = plan;
      const path = template.replace(/\{\w+\}/g, id);
      const next = follows ? nextPages.get(`${role} ${operation}`) : undefined;
      const tag = isCurrent ? tags.get(path) : undefined;
      const condition = method === 'GET' || method === 'HEAD' ? 'If-None-Match' : 'If-Match';
      const own = (sender: 'Admin' | 'worker') => (operation === 'logOut' ? spare.pop() : tokens[sender]);
      const authorization = role === 'anyone' ? undefined : role === 'broken' ? token : own(role);
      const sent = {
        ...headers,
        ...(tag && condition in headers && { [condition]: tag }),
        ...(authorization && { Authorization: authorization }),
      };
      return {
        id,
        request: { method, path: next ?? (query ? `${path}?${query}` : path), headers: sent, body },
      };
    },

    learn({ operation, role }: PlannedRequest, path: string, { status, headers, text }: RawAnswer): void {
      if (status >= 300) return;
      const next = /<([^>]+)>; rel="next"/.exec(String(headers.link))?.[1];
      if (next) nextPages.set(`${role} ${operation}`, next);
      if (tags.size > 2_000) tags.clear();
      if (typeof headers.etag === 'string') tags.set(path, headers.etag);
      const body =
        operation === 'createTask' || operation === 'signUp' || operation === 'putAvatar'
          ? (JSON.parse(text) as { _id: string; token: string; user?: { _id: string } })
          : undefined;
      if (operation === 'createTask') made.tasks.push(body!._id);
      if (operation === 'signUp') {
        made.users.push(body!.user!._id);
        if (spare.length < MOST.users) spare.push(`Bearer ${body!.token}`);
      }
      if (operation === 'putAvatar') made.jobs.push(body!._id);
    },

    /** Requests that remove what exceeds `MOST`. */
    surplus(): RawRequest[] {
      made.jobs.splice(0, Math.max(0, made.jobs.length - MOST.jobs));
      return (['users', 'tasks'] as const).flatMap((kind) =>
        made[kind].splice(0, Math.max(0, made[kind].length - MOST[kind])).map((id) => ({
          method: 'DELETE',
          path: `/${kind}/${id}`,
          headers: { Authorization: tokens.Admin },
          body: undefined,
        })),
      );
    },
  };
}
