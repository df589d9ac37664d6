import path from 'node:path';
import { networkOf } from '../network/network';
import { dir } from '../own-stack';

/** Host of the engine. The clients are on EDGE. */
export const HOST = 'engine';
export const network = networkOf({ name: 'compose', prefix: '10.213.79', hosts: [HOST] });
export const folder = path.join(dir, 'compose');
/** Images for the engine, in one file. */
export const archive = path.join(dir, 'compose-images.tar');
/** Two versions of the image that docker-compose.yml names. */
export const versions = ['taskfleet:drill-1', 'taskfleet:drill-2'] as const;
export const PROCESS_IMAGE = 'taskfleet:drill-process';
