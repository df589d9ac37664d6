import type { BenchResults } from '../../store/result-types';
import { MANY, ONE } from '../charts/colours';
import { marksOf } from '../marks';
import { count, nameOf } from '../names';
import { clusterSize, type Pair } from '../select';

export const nameOfPair = (pair: Pair): string => nameOf(pair) + marksOf(pair.one, pair.many);

/** As a column's head: of a cluster that may be missing. */
export const nameOfMany = (results: BenchResults): string =>
  clusterSize(results) > 1 ? count(clusterSize(results), 'worker') : 'a cluster';

export const groupsOf = (results: BenchResults) => [
  { name: 'one worker', colour: ONE },
  { name: nameOfMany(results), colour: MANY },
];
