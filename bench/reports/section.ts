import type { Chart } from './charts/chart';

/** The first column is text, the others are figures. */
export interface Table {
  head: string[];
  rows: string[][];
}

/** What is told in one place, whether in a terminal, in Markdown or on a page. */
export interface Section {
  id: string;
  title: string;
  /** Paragraphs before the figures. */
  text: string[];
  charts: Chart[];
  tables: Table[];
  /** How to read it. */
  notes: string[];
  /** Too wide or too long for a terminal. */
  detailed?: boolean;
}

/** Stands after the name of what had errors. */
export const MARK = ' ⚠';
export const MARK_NOTE = '⚠ A run of it had errors: its figures prove nothing.';

/** @returns undefined where there is nothing to show, so that the section is left out */
export function makeSection(section: Pick<Section, 'id' | 'title'> & Partial<Section>): Section | undefined {
  const tables = (section.tables ?? []).filter(({ rows }) => rows.length > 0);
  if (tables.length === 0) return undefined;
  const marked = tables.some(({ rows }) => rows.some(([name = '']) => name.endsWith(MARK)));
  const notes = [...(section.notes ?? []), ...(marked ? [MARK_NOTE] : [])];
  return { text: [], charts: [], ...section, tables, notes };
}
