import type { Extra } from './extra';
import { idle } from './idle';
import { memory } from './memory';
import { scaling } from './scaling';
import { slowedWorker } from './slowed-worker';

export const extras: Extra[] = [scaling, slowedWorker, idle, memory];
