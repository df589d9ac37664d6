import { careForIt } from './care';
import { judgeImages } from './images';
import type { Part } from './part';
import { scaleContainers, switchBalancing } from './scaling';
import { startHopeless } from './starts';
import { replaceVersions } from './updates';

/** In the order in which they run. */
export const parts: Record<string, Part> = {
  updates: replaceVersions,
  scaling: scaleContainers,
  balancing: switchBalancing,
  starts: startHopeless,
  care: careForIt,
  images: judgeImages,
};
