import type { BenchResults } from '../result-types';
import { formatTerminal } from './terminal';

/** Placeholder. */
export const formatMarkdown = (results: BenchResults): string =>
  ['```', formatTerminal(results), '```', ''].join('\n');
