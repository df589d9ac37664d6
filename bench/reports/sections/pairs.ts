import type { BenchResults } from '../../result-types';
import { MANY, ONE } from '../charts/colours';
import { clusterSize, hasErrors, type Pair } from '../select';
import { MARK } from '../section';

export const markOf = ({ one, many }: Pair): string =>
  [one, many].some((series) => series && hasErrors(series)) ? MARK : '';

export const groupsOf = (results: BenchResults) => [
  { name: 'one worker', colour: ONE },
  { name: `${clusterSize(results)} workers`, colour: MANY },
];
