import { init, type EChartsOption } from 'echarts';
import { escapeHtml } from '../escape';
import { FONT } from './axes';
import type { Chart } from './chart';

interface RenderOptions {
  /** Of the drawing, unique on its page. */
  id: string;
  width: number;
  height: number;
}

/** A drawing that stands alone: nothing in it moves, reacts or is fetched. */
export function renderOption(
  option: EChartsOption,
  { title, description }: Pick<Chart, 'title' | 'description'>,
  { id, width, height }: RenderOptions,
): string {
  const drawing = init(null, null, { renderer: 'svg', ssr: true, width, height });
  drawing.setOption({ animation: false, textStyle: { fontFamily: FONT }, ...option });
  const svg = drawing.renderToSVGString();
  drawing.dispose();
  const inner = svg
    .slice(svg.indexOf('>') + 1)
    // Styles for a pointer over a mark, and echarts' own notes for a page that reacts.
    .replace(/<style[^]*?<\/style>/g, '')
    .replace(/ (class|ecmeta_\w+|pointer-events)="[^"]*"/g, '')
    .replace(/\bzr\d+-/g, `${id}-`);
  const head =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"` +
    ` role="img" aria-labelledby="${id}-title ${id}-desc">`;
  const told =
    `<title id="${id}-title">${escapeHtml(title)}</title>` +
    `<desc id="${id}-desc">${escapeHtml(description)}</desc>`;
  return `${head}${told}${inner}`;
}

export const renderChart = (chart: Chart, id: string, width: number): string =>
  renderOption(chart.draw(width), chart, { id, width, height: chart.height });
