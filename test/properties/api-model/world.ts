import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { TestApi } from '../../support/api';
import { createExchange, type Answer, type Asked } from '../../support/exchange';
import type { Person, Task } from './state';

/** A create with an Idempotency-Key that succeeded. */
export interface Send {
  body: string;
  answer: Answer;
}

export interface World {
  apis: [TestApi, TestApi];
  exchange: ReturnType<typeof createExchange>;
  /** The first is an Admin and is never removed. */
  people: Person[];
  tasks: Task[];
  goneIds: string[];
  sends: Map<string, Send>;
  /** Each tag of an answer with its text, by resource. */
  tags: Map<string, { tag: string; text: string }[]>;
  /** The requests of the present sequence, which a failure prints. */
  trace: string[];
  /** Part of the idempotency keys, so that sequences share none. */
  sequence: number;
  requests: number;
}

/** One operation of a sequence, with its person and its API worker. */
export interface Step {
  play: (world: World) => Promise<void>;
  [fc.toStringMethod]: () => string;
}

/** The worker and the person of most steps. */
export const via = fc.nat({ max: 1 });
export const actor = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.nat({ max: 3 }) },
);

/** A step that fast-check prints by its name and data. */
export const step = <T>(
  name: string,
  data: fc.Arbitrary<T>,
  play: (world: World, data: T) => Promise<void>,
) =>
  data.map((chosen): Step => ({
    play: (world) => play(world, chosen),
    [fc.toStringMethod]: () => `${name} ${fc.stringify(chosen)}`,
  }));

const describe = ({ method, path, headers, body }: Omit<Asked, 'token'>) =>
  [method, path, body, headers && JSON.stringify(headers)].filter(Boolean).join(' ');

/** Returns undefined if the person is gone and the API refused the request for that reason. */
export async function ask(
  world: World,
  through: number,
  by: Person,
  asked: Omit<Asked, 'token'>,
): Promise<Answer | undefined> {
  const answer = await world.exchange.send(world.apis[through]!.server, { ...asked, token: by.token });
  world.requests++;
  const { status, headers, text } = answer;
  const who = `worker ${through}, ${by.role} ${by.id}`;
  world.trace.push(`${who}: ${describe(asked)}\n    → ${status} ${headers.etag ?? ''} ${text.slice(0, 400)}`);
  if (!by.isGone) return answer;
  expectStatus(answer, 401);
  return undefined;
}

export function expectStatus(answer: Answer, ...expected: number[]): void {
  assert(
    expected.includes(answer.status),
    `status ${answer.status} instead of ${expected.join(' or ')}: ${answer.text}`,
  );
  if (answer.status >= 400) assert.equal(answer.body.status, answer.status);
}

const TAG = /^"(\d+)\.[\w-]{16}"$/;

/** Checks that the tag names the version and differs from an earlier tag exactly if the version or the text does. */
export function expectTag(world: World, resource: string, answer: Answer, version: number): void {
  const tag = answer.headers.etag ?? '';
  assert.equal(TAG.exec(tag)?.[1], String(version), `version in the tag ${tag} of ${resource}`);
  const earlier = world.tags.get(resource) ?? [];
  for (const seen of earlier) {
    const isSame = seen.text === answer.text && TAG.exec(seen.tag)![1] === String(version);
    assert.equal(seen.tag === tag, isSame, `tag ${tag} after ${seen.tag} with ${seen.text} of ${resource}`);
  }
  if (!earlier.some((seen) => seen.tag === tag)) earlier.push({ tag, text: answer.text });
  world.tags.set(resource, earlier);
}

/** Takes over `updatedAt`, which only the server knows: it never goes back. */
export function learnUpdate(known: { updatedAt: string }, told: unknown): void {
  assert(
    typeof told === 'string' && told >= known.updatedAt,
    `updatedAt ${String(told)} after ${known.updatedAt}`,
  );
  known.updatedAt = told;
}

/** Checks that a 412 names the current tag. */
export function expectOutdated(answer: Answer, version: number): void {
  assert.equal(TAG.exec(answer.headers.etag ?? '')?.[1], String(version), 'version in the tag of a 412');
}

/** Sends If-None-Match with the last seen tag: 304 exactly if nothing has changed since. */
export async function expectNotModified(
  world: World,
  through: number,
  by: Person,
  path: string,
  answer: Answer,
): Promise<void> {
  const tag = answer.headers.etag!;
  for (const text of [tag, `"other", W/${tag}`]) {
    const again = await ask(world, through, by, { method: 'GET', path, headers: { 'If-None-Match': text } });
    expectStatus(again!, 304);
    assert.equal(again!.headers.etag, tag);
  }
}
