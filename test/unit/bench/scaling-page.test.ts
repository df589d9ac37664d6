import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fillPlans } from '../../../bench/commands/plan-page';
import { keptConstants, sourcesIn } from '../../../bench/plan/read-constants';
import { demandOf } from '../../../bench/plan/demand';
import { constantsFrom } from '../../../bench/plan/from-results';
import { parseMix } from '../../../bench/plan/mix';
import { readResults } from '../../../bench/store/read-results';

const root = path.join(__dirname, '../../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const page = read('docs/scaling.md');
const constants = keptConstants();

describe('docs/scaling.md', () => {
  it('shows what the command prints now; `npm run generate` fills it in', () => {
    expect(page.match(/^\$ npx taskfleet bench plan/gm)?.length).toBeGreaterThanOrEqual(6);
    expect(fillPlans(page)).toBe(page);
  });

  it('would show another plan', () => {
    const wrong = page.replace(/^\| hosts +\| +\d+/m, '| hosts | 7');
    expect(wrong).not.toBe(page);
    expect(fillPlans(wrong)).toBe(page);
    const [first] = /--cores 4 --lose none/.exec(page) ?? [];
    expect(fillPlans(page.replace(first!, '--cores 2 --lose none'))).not.toBe(
      page.replace(first!, '--cores 2 --lose none'),
    );
  });

  it('says truly that a third of the CPU time of workers is that of passwords', () => {
    const mix = parseMix(/--mix (\S+,heavy-job=0.02)/.exec(page)![1]!, Object.keys(constants.requests));
    const workers = (names: string[]) => {
      const chosen = Object.fromEntries(Object.entries(mix).filter(([name]) => names.includes(name)));
      const { cores } = demandOf(constants, chosen, 1_000);
      return cores['API, event loop'] + cores['API, hash and other threads'];
    };
    const share = workers(['log-in', 'sign-up']) / workers(Object.keys(mix));
    expect(share).toBeGreaterThan(0.28);
    expect(share).toBeLessThan(0.38);
  });

  it('counts the fleets for a million from its table', () => {
    const [, one, , all] = /^\| hosts +\| +(\d+) \| +(\d+) \| +(\d+) \|$/m.exec(
      page.split('## A million')[1]!,
    )!;
    const fleets = Math.ceil(1e6 / 40_000);
    const text = `${fleets} fleets of ${one} hosts are ${fleets * Number(one)} instead of ${all}`;
    expect(page.replace(/\s+/g, ' ')).toContain(text);
  });
});

describe('the constants of the plan', () => {
  it('each have a source, with the command, the day and the machine', () => {
    const withoutSource: string[] = [];
    const visit = (value: unknown, at: string, hasSource: boolean): void => {
      if (typeof value === 'number' && !hasSource) withoutSource.push(at);
      if (typeof value !== 'object' || value === null) return;
      for (const [key, one] of Object.entries(value))
        visit(one, `${at}.${key}`, hasSource || 'source' in value);
    };
    visit(constants, '', false);
    expect(withoutSource).toEqual([]);
    expect([...new Set(sourcesIn(constants))].sort()).toEqual(Object.keys(constants.sources).sort());
    for (const { command, date, machine } of Object.values(constants.sources)) {
      expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
      expect(command.length * machine.length).toBeGreaterThan(0);
    }
  });

  it('are those of the kept result of the bench', () => {
    const file = 'bench/results/2-cores-amd-epyc.json';
    const { requests, law, memory, sources } = constantsFrom(readResults(path.join(root, file)), file);
    expect(constants.sources.quiet).toMatchObject({
      date: sources.bench!.date,
      machine: sources.bench!.machine,
    });
    expect(Object.keys(constants.requests)).toEqual(Object.keys(requests));
    for (const [name, { cpuMicros }] of Object.entries(requests))
      expect(constants.requests[name]!.cpuMicros).toEqual({ ...cpuMicros, source: 'quiet' });
    expect(constants.law.sigma).toBeCloseTo(law!.sigma, 4);
    expect(constants.law.kappa).toBeCloseTo(law!.kappa, 6);
    expect(constants.memory.workerMb).toBeCloseTo(memory!.workerMb, -0.5);
  });

  it('are those of the code', () => {
    const { mongoPool, nginxPorts, nginxKeepalive } = constants.limits.code;
    expect(read('src/infra/mongo/mongo.ts')).toContain(`maxPoolSize: ${mongoPool},`);
    expect(read('src/config/api-hosts.ts')).toContain(`MOST_PORTS = ${nginxPorts};`);
    expect(read('nginx/nginx.conf.template')).toContain(`keepalive ${nginxKeepalive};`);
  });
});
