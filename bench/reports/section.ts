import type { Chart } from './charts/chart';
import { explainMarks } from './marks';

/** The first column is text, the others are figures; without a head it is facts, each after its name. */
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

/** @returns undefined where there is nothing to show, so that the section is left out */
export function makeSection(section: Pick<Section, 'id' | 'title'> & Partial<Section>): Section | undefined {
  const tables = (section.tables ?? []).filter(({ rows }) => rows.length > 0);
  if (tables.length === 0) return undefined;
  const names = tables.flatMap(({ head, rows }) => [...head, ...rows.map(([name = '']) => name)]);
  const notes = [...(section.notes ?? []), ...explainMarks(names)];
  return { text: [], charts: [], ...section, tables, notes };
}
