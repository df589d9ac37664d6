import { formatTable } from '../../tools/report/markdown';
import { formatNumber } from '../reports/format';
import { makeTable, type Column } from '../reports/sections/section';
import type { Constants } from './constants-schema';

type Kind = [name: string, request: Constants['requests'][string]];

const micros = (head: string, group: keyof Kind[1]['cpuMicros']): Column<Kind> => [
  head,
  ([, { cpuMicros }]) => formatNumber(Number(cpuMicros[group])),
];
const bytes = (head: string, server: 'NGINX' | 'Redis' | 'MongoDB'): Column<Kind> => [
  head,
  ([, request]) => Math.round(request.bytes[server].in + request.bytes[server].out).toLocaleString('en-US'),
];

/** Lists the kinds of requests: what each costs in processes and on the network. */
export function formatKinds({ requests }: Constants): string {
  const kinds = Object.entries(requests);
  const cpu = makeTable(kinds, [
    ['µs of CPU', ([name]) => name],
    micros('API', 'API, event loop'),
    micros('hashes', 'API, hash and other threads'),
    micros('NGINX', 'NGINX'),
    micros('Redis', 'Redis'),
    micros('MongoDB', 'MongoDB'),
    micros('job', 'job worker'),
  ]);
  const network = makeTable(kinds, [
    ['bytes, both ways', ([name]) => name],
    bytes('client', 'NGINX'),
    bytes('Redis', 'Redis'),
    bytes('MongoDB', 'MongoDB'),
  ]);
  return `${formatTable(cpu)}\n\n${formatTable(network)}`;
}
