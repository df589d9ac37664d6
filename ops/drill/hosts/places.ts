import path from 'node:path';
import { networkOf } from '../network/network';
import { dir } from '../own-stack';

/** Hosts with workers. NGINX and the servers are on EDGE. */
export const HOSTS = ['one', 'two'];
export const network = networkOf({ name: 'hosts', prefix: '10.213.77', hosts: HOSTS });
export const folder = path.join(dir, 'hosts');
