import type { Section } from '../../../tools/report/section';
import type { BenchResults } from '../../store/result-types';
import { cpuSection } from './cpu';
import { aimsSection, faultSection, machineSection } from './facts';
import { figureSections } from './figures';
import { latencySection, rawSection, throughputSection } from './pairs';
import { scalingSection } from './scaling';
import { allFiguresSection, balancingSection, cacheSection, stormSection } from './series';
import { signUpSection } from './sign-ups';

const SECTIONS = [
  throughputSection,
  signUpSection,
  aimsSection,
  rawSection,
  latencySection,
  stormSection,
  cpuSection,
  balancingSection,
  cacheSection,
  ...figureSections,
  scalingSection,
  faultSection,
  allFiguresSection,
  machineSection,
];

/** Returns the sections for which something was measured. */
export const makeSections = (results: BenchResults): Section[] =>
  SECTIONS.map((make) => make(results)).filter((section) => section !== undefined);
