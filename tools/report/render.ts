import { init, type EChartsOption } from 'echarts';
import { FONT, type Chart } from './chart';

interface RenderOptions {
  /** Unique on its page. */
  id: string;
  title: string;
  width: number;
  height: number;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes text for HTML and SVG, also within an attribute. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);

/** Renders a drawing in which nothing moves, reacts or is fetched. */
export function renderOption(option: EChartsOption, { id, title, width, height }: RenderOptions): string {
  const drawing = init(null, null, { renderer: 'svg', ssr: true, width, height });
  drawing.setOption({ animation: false, textStyle: { fontFamily: FONT }, ...option });
  const svg = drawing.renderToSVGString();
  drawing.dispose();
  const inner = svg
    .slice(svg.indexOf('>') + 1)
    // Removes styles for a pointer over a mark, and notes of echarts for a page that reacts.
    .replace(/<style[^]*?<\/style>/g, '')
    .replace(/ (class|ecmeta_\w+|pointer-events)="[^"]*"/g, '')
    .replace(/\bzr\d+-/g, `${id}-`);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"` +
    ` role="img" aria-labelledby="${id}-title"><title id="${id}-title">${escapeHtml(title)}</title>${inner}`
  );
}

export const renderChart = ({ draw, height, title }: Chart, id: string, width: number): string =>
  renderOption(draw(width), { id, title, width, height });
