import type { BenchResults } from '../result-types';
import { formatTerminal } from './terminal';

/** Placeholder. */
export const formatHtml = (results: BenchResults): string => `<pre>${formatTerminal(results)}</pre>\n`;
