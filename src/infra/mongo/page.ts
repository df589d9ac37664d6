import type { ListPlan } from '../../lists/list-plan';
import { toObjectId } from './mongo';

/** Counts of lists stop here, since MongoDB reads each counted document. */
export const COUNT_LIMIT = 100_000;

/**
 * Filters for what lies beyond the plan's position; empty for a first page. The bound on the first field makes the
 * index scan start at the position, so page 500 costs what page 1 does.
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

/** Filters `from` (inclusive) to `before` (exclusive); empty if both are unset. */
export function between(field: string, from: Date | undefined, before: Date | undefined): object[] {
  if (!from && !before) return [];
  return [{ [field]: { ...(from && { $gte: from }), ...(before && { $lt: before }) } }];
}

/** Avoids `$in` for a single value, so that an index can be walked in the order of its next field. */
export const oneOf = <T>(field: string, values: readonly T[]): object => ({
  [field]: values.length === 1 ? values[0] : { $in: values },
});

export const hasWords = (words: string[] | undefined): object[] =>
  words ? [{ words: words.length === 1 ? words[0] : { $all: words } }] : [];
