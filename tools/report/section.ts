import type { Chart } from './chart';

/** The first column is text and the others are figures. A table without a head is facts, each after its name. */
export interface Table {
  head: string[];
  rows: string[][];
}

/** A part of a report, for the terminal, for Markdown and for a page. */
export interface Section {
  id: string;
  title: string;
  /** Paragraphs before the figures. */
  text: string[];
  charts: Chart[];
  tables: Table[];
  /** How to read the tables. */
  notes: string[];
}

/** Ends the name of a row whose measurement had errors. */
export const ERROR_MARK = ' ⚠';
