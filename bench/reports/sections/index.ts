import type { BenchResults } from '../../store/result-types';
import type { Section } from '../section';
import { allFiguresSection } from './all-figures';
import { balancingSection } from './balancing';
import { cacheSection } from './cache';
import { cpuSection } from './cpu';
import { faultSection } from './faults';
import { jobSection, memorySection, mixedSection, reloadSection } from './figures';
import { latencySection } from './latency';
import { aimsSection, machineSection } from './overview';
import { rawSection } from './raw-limits';
import { scalingSection } from './scaling';
import { signUpSection } from './sign-ups';
import { stormSection } from './storm';
import { throughputSection } from './throughput';

/** In the order that tells the story. */
const SECTIONS = [
  machineSection,
  signUpSection,
  aimsSection,
  throughputSection,
  rawSection,
  latencySection,
  stormSection,
  cpuSection,
  balancingSection,
  cacheSection,
  mixedSection,
  reloadSection,
  jobSection,
  memorySection,
  scalingSection,
  faultSection,
  allFiguresSection,
];

/** Those for which something was measured. */
export const makeSections = (results: BenchResults): Section[] =>
  SECTIONS.map((make) => make(results)).filter((section) => section !== undefined);
