import type { ListPlan } from '../../lists/list-plan';
import { toObjectId } from './mongo';

/** How far a list is counted: it costs a look at each. */
export const COUNT_LIMIT = 100_000;

/**
 * A filter for what lies beyond the plan's position in its order; empty for a first page. The bound on the
 * first field lets the index be entered at the right place, so that page 500 costs what page 1 does.
 */
export function afterCursor({ from, order }: Pick<ListPlan, 'from' | 'order'>): object[] {
  if (!from) return [];
  const keys = Object.entries(order).map(([field, direction], index) => ({
    field,
    operator: direction === 1 ? '$gt' : '$lt',
    value: field === '_id' ? toObjectId(from.id) : from.values[index],
  }));
  const alternatives = keys.map(({ field, operator, value }, index) => ({
    ...Object.fromEntries(keys.slice(0, index).map((before) => [before.field, before.value])),
    [field]: { [operator]: value },
  }));
  const [first] = keys;
  return [{ [first!.field]: { [`${first!.operator}e`]: first!.value } }, { $or: alternatives }];
}

/** From `from` on and before `before`; empty where neither is there. */
export function within(field: string, from: Date | undefined, before: Date | undefined): object[] {
  if (!from && !before) return [];
  return [{ [field]: { ...(from && { $gte: from }), ...(before && { $lt: before }) } }];
}

/** A single value without `$in`, so that an index is walked in the order of its next field. */
export const oneOf = <T>(field: string, values: readonly T[]): object => ({
  [field]: values.length === 1 ? values[0] : { $in: values },
});

/** Each of these words, in the field that holds all words of a document. */
export const hasWords = (words: string[] | undefined): object[] =>
  words ? [{ words: words.length === 1 ? words[0] : { $all: words } }] : [];
