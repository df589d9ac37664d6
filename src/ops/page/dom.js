const SVG = 'http://www.w3.org/2000/svg';

export const byId = (id) => document.getElementById(id);

/** An element with these properties; text is set as text alone, whoever wrote it. */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Only where it differs: a live region speaks each time that it is written. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Names and values; what is there already is kept. */
export function showFacts(list, facts) {
  for (const [name, value] of Object.entries(facts)) {
    let entry = [...list.children].find(({ dataset }) => dataset.name === name);
    if (!entry) {
      entry = make('div', {}, make('dt', { textContent: name }), make('dd'));
      entry.dataset.name = name;
      list.append(entry);
    }
    setText(entry.lastChild, String(value));
  }
}

const WIDTH = 120;
const HEIGHT = 24;
const SAMPLES = 60;

/** The last minute as a small curve. */
export function createSparkline() {
  const values = [];
  const svg = document.createElementNS(SVG, 'svg');
  const line = document.createElementNS(SVG, 'polyline');
  svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(line);
  return {
    svg,
    add(value) {
      values.push(value);
      if (values.length > SAMPLES) values.shift();
      const most = Math.max(1, ...values);
      const x = (index) => WIDTH - ((values.length - 1 - index) * WIDTH) / (SAMPLES - 1);
      const y = (one) => HEIGHT - 1 - (one / most) * (HEIGHT - 2);
      line.setAttribute(
        'points',
        values.map((one, i) => `${x(i).toFixed(1)},${y(one).toFixed(1)}`).join(' '),
      );
    },
  };
}

export const rounded = (value) => (value < 10 ? value.toFixed(1) : String(Math.round(value)));

/** Null where nothing was measured. */
export const milliseconds = (value) => (value === null ? '–' : `${rounded(value)} ms`);

export function ago(since, now) {
  const seconds = Math.max(0, Math.round((now - since) / 1_000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
}
