import { INK, LINE, SOFT } from './colours';

export const FONT = 'system-ui, -apple-system, sans-serif';
export const FONT_SIZE = 13;

const text = { color: SOFT, fontSize: 12, fontFamily: FONT };

/** Figures below, with a faint rule at each. */
export const figureAxis = (name: string) => ({
  name,
  nameLocation: 'middle' as const,
  nameGap: 26,
  nameTextStyle: text,
  axisLabel: { ...text, hideOverlap: true },
  axisLine: { show: false },
  axisTick: { show: false },
  splitLine: { lineStyle: { color: LINE } },
  minorSplitLine: { show: false },
});

/** Names to the left, the first on top. */
export const nameAxis = (names: string[], width: number) => ({
  type: 'category' as const,
  inverse: true,
  data: names,
  axisLabel: {
    color: INK,
    fontSize: FONT_SIZE - 1,
    fontFamily: FONT,
    // Fonts differ, and none is at hand to measure with.
    width: width * 0.8,
    overflow: 'break' as const,
    interval: 0,
  },
  axisLine: { lineStyle: { color: LINE } },
  axisTick: { show: false },
});
