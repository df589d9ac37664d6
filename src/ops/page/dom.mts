const SVG = 'http://www.w3.org/2000/svg';

/** @throws Error if the page has no element of this kind with this id */
export function byId(id: string): HTMLElement;
export function byId<T extends HTMLElement>(id: string, kind: new () => T): T;
export function byId(id: string, kind: new () => HTMLElement = HTMLElement): HTMLElement {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`#${id} is missing`);
  return element;
}

/** Creates an element. Strings become text nodes, never markup. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Writes only a text that differs: screen readers announce a live region on each write. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Shows names and values in a `dl`, and reuses its entries. */
export function showFacts(list: HTMLElement, facts: Record<string, string | number>): void {
  for (const [name, value] of Object.entries(facts)) {
    let shown = list.querySelector(`[data-name="${CSS.escape(name)}"] dd`);
    if (!shown) {
      shown = make('dd');
      const entry = make('div', {}, make('dt', { textContent: name }), shown);
      entry.dataset.name = name;
      list.append(entry);
    }
    setText(shown, String(value));
  }
}

const WIDTH = 120;
const HEIGHT = 24;
const SAMPLES = 60;

/** Draws the last minute as a small curve, with one sample a second. */
export function createSparkline() {
  const values: number[] = [];
  const svg = document.createElementNS(SVG, 'svg');
  const line = document.createElementNS(SVG, 'polyline');
  svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(line);
  return {
    svg,
    add(value: number): void {
      values.push(value);
      if (values.length > SAMPLES) values.shift();
      const most = Math.max(1, ...values);
      const x = (index: number) => WIDTH - ((values.length - 1 - index) * WIDTH) / (SAMPLES - 1);
      const y = (sample: number) => HEIGHT - 1 - (sample / most) * (HEIGHT - 2);
      const points = values.map((sample, index) => `${x(index).toFixed(1)},${y(sample).toFixed(1)}`);
      line.setAttribute('points', points.join(' '));
    },
  };
}

export const rounded = (value: number) => (value < 10 ? value.toFixed(1) : String(Math.round(value)));

/** @param value null if nothing was measured */
export const milliseconds = (value: number | null) => (value === null ? '–' : `${rounded(value)} ms`);

/** Formats the time from `since` to `now`, both in milliseconds. */
export function duration(since: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - since) / 1_000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
}
