import type { BenchResults } from '../../result-types';
import { MANY, ONE } from '../charts/colours';
import { marksOf } from '../marks';
import { nameOf } from '../names';
import { clusterSize, type Pair } from '../select';

export const nameOfPair = (pair: Pair): string => nameOf(pair) + marksOf(pair.one, pair.many);

export const groupsOf = (results: BenchResults) => [
  { name: 'one worker', colour: ONE },
  { name: `${clusterSize(results)} workers`, colour: MANY },
];
