import assert from 'node:assert/strict';
import type { Answer } from '../../support/exchange';
import type { Person } from './state';
import { ask, expectNotModified, expectStatus, type World } from './world';

export interface ListAsked {
  via: number;
  limit: number | undefined;
  count: boolean;
  fields: string[] | undefined;
  /** Send the tag of the first page back. */
  again: boolean;
}

const linkTo = (answer: Answer, rel: string): string | undefined =>
  new RegExp(`<([^>]+)>; rel="${rel}"`).exec(String(answer.headers.link))?.[1];

const DEFAULT_LIMIT = 20;
const DEFAULT_SORT = '-createdAt';

/** The query string, with the parameters of every list. */
export function pathOf(path: string, filters: object, { limit, count, fields }: ListAsked): string {
  const all = { ...filters, limit, fields: fields?.join(','), ...(count && { count }) };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(all)) if (value !== undefined) query.set(name, String(value));
  return `${path}?${query.toString()}`;
}

export const picked = (entry: { _id: string }, fields: string[] | undefined): object =>
  fields
    ? Object.fromEntries(Object.entries(entry).filter(([name]) => name === '_id' || fields.includes(name)))
    : entry;

/**
 * Reads all pages to the end and back to the beginning, alternating between the workers.
 * @param expected returns the whole entries in order; it is called with each page, from which the model learns times
 */
export async function expectPages(
  world: World,
  by: Person,
  path: string,
  asked: ListAsked,
  expected: (told: { _id: string }[]) => { _id: string }[],
): Promise<void> {
  const { fields, limit = DEFAULT_LIMIT, count } = asked;
  let through = asked.via;
  const whole = () => expected([]).map((entry) => picked(entry, fields));

  async function page(at: string, from: number): Promise<Answer> {
    const answer = (await ask(world, (through = 1 - through), by, { method: 'GET', path: at }))!;
    expectStatus(answer, 200);
    expected(answer.body);
    assert.deepEqual(answer.body, whole().slice(from, from + limit), `page from ${from} on`);
    const isLast = from + limit >= whole().length;
    assert.equal(linkTo(answer, 'next') === undefined, isLast, 'a next page');
    assert.equal(linkTo(answer, 'prev') === undefined, from === 0, 'a previous page');
    assert(!linkTo(answer, 'first')!.includes('cursor'));
    assert.equal(answer.headers['x-total-count'], count ? String(whole().length) : undefined);
    return answer;
  }

  let answer = await page(path, 0);
  if (asked.again) await expectNotModified(world, through, by, path, answer);
  let from = 0;
  await expectForeign(world, through, by, linkTo(answer, 'next'));
  for (let next = linkTo(answer, 'next'); next; next = linkTo(answer, 'next')) {
    answer = await page(next, (from += limit));
  }
  for (let previous = linkTo(answer, 'prev'); previous; previous = linkTo(answer, 'prev')) {
    answer = await page(previous, (from -= limit));
  }
}

/** Checks that a list of another order refuses the cursor. */
async function expectForeign(world: World, via: number, by: Person, next: string | undefined): Promise<void> {
  if (!next) return;
  const [path, query] = next.split('?');
  const asked = new URLSearchParams(query);
  const sort = asked.get('sort') ?? DEFAULT_SORT;
  asked.set('sort', sort.startsWith('-') ? sort.slice(1) : `-${sort}`);
  expectStatus((await ask(world, via, by, { method: 'GET', path: `${path}?${asked.toString()}` }))!, 400);
}
