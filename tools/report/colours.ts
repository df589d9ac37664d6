/** Names of colours whose values depend on light, dark and print. echarts passes them through. */
export const INK = 'var(--ink)';
export const SOFT = 'var(--soft)';
export const LINE = 'var(--line)';
export const PAPER = 'var(--paper)';
export const ONE = 'var(--one)';
export const MANY = 'var(--many)';
export const THIRD = 'var(--third)';
export const GREY = 'var(--grey)';

const LIGHT = {
  paper: '#ffffff',
  ink: '#1f2328',
  soft: '#59636e',
  line: '#d1d9e0',
  one: '#8c96a0',
  many: '#0969da',
  third: '#bc4c00',
  grey: '#c8cfd6',
  bad: '#b3202c',
  good: '#1a7f37',
  part1: '#0969da',
  part2: '#79b8ff',
  part3: '#2da44e',
  part4: '#bf3989',
  part5: '#9a6700',
  part6: '#e16f24',
  part7: '#8250df',
  part8: '#57606a',
};

const DARK: typeof LIGHT = {
  paper: '#0d1117',
  ink: '#e6edf3',
  soft: '#9aa4af',
  line: '#30363d',
  one: '#7d8792',
  many: '#4493f8',
  third: '#f0883e',
  grey: '#4d555e',
  bad: '#ff7b72',
  good: '#56d364',
  part1: '#4493f8',
  part2: '#1f5fb0',
  part3: '#3fb950',
  part4: '#f778ba',
  part5: '#d29922',
  part6: '#ffa657',
  part7: '#a371f7',
  part8: '#b1bac4',
};

const declare = (colours: typeof LIGHT): string =>
  Object.entries(colours)
    .map(([name, value]) => `--${name}: ${value};`)
    .join(' ');

/** @param selector what declares the colours: the page, or a drawing that stands alone */
export const colourStyle = (selector: string): string =>
  `${selector} { ${declare(LIGHT)} color-scheme: light dark; }
@media screen and (prefers-color-scheme: dark) { ${selector} { ${declare(DARK)} } }`;

/** Returns the colours of the parts of a whole in turns. */
export const partColour = (index: number): string => `var(--part${(index % 8) + 1})`;
