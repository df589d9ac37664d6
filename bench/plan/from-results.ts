import { median } from '../figures/statistics';
import type { BenchResults, Series } from '../store/result-types';
import { GROUPS, SERVERS, type Constants } from './constants-schema';
import { atRest, idleWorkerOf, round } from './idle-worker';

type Source = Constants['sources'][string];
type Requests = Constants['requests'];
/** What a result of the bench has of the constants. */
type MeasuredConstants = Pick<Constants, 'sources'> & {
  requests: Record<string, Partial<Requests[string]>>;
  idleWorker?: Partial<Constants['idleWorker']>;
  law?: Constants['law'];
  memory?: Constants['memory'];
};

/** Scenarios that are one kind of request, sent as fast as answers come. */
export const REQUESTS = [
  'cached-read',
  'conditional-read',
  'list',
  'uncached-read',
  'mixed',
  'create',
  'log-in',
  'sign-up',
  'heavy-job',
];
/** Other requests do not reach them; what they use is their own. */
const ONLY_JOBS = ['RabbitMQ', 'job worker'];

/** Takes the constants from a result: medians of the rounds of the cluster, whose cores are all busy. */
export function constantsFrom(results: BenchResults, file: string): MeasuredConstants {
  const { machine, startedAt, options, series, curves, idle } = results;
  const name = 'bench';
  const source: Source = {
    command: 'npx taskfleet bench',
    date: startedAt.slice(0, 10),
    machine: `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; ${machine.servers.join(', ')}`,
    note:
      `medians of ${file}, with as many workers as cores: ${options.only.join(', ')}` +
      (results.faults.length > 0 ? '; it had errors, so measure again' : ''),
  };
  const found = REQUESTS.flatMap((scenario) => {
    const one = busiest(series.filter((it) => it.scenario === scenario && isPlain(it)));
    return one ? [[scenario, requestOf(one, idle, name)] as const] : [];
  });
  const fits = curves.flatMap(({ fit, points }) =>
    fit ? [{ ...fit, workers: Math.max(...points.map(({ workers }) => workers)) }] : [],
  );
  const rss = series.find(({ scenario }) => scenario === 'memory')?.runs[0]?.figures.rssEndMb;
  const idleWorker = idleWorkerOf(idle, name);
  return {
    sources: { [name]: source },
    requests: Object.fromEntries(found),
    ...(idleWorker && { idleWorker }),
    ...(fits.length > 0 && {
      law: {
        source: name,
        // The worst of the curves, each coefficient for itself.
        sigma: Math.max(...fits.map(({ sigma }) => sigma)),
        kappa: Math.max(...fits.map(({ kappa }) => kappa)),
        workers: Math.min(...fits.map(({ workers }) => workers)),
      },
    }),
    ...(rss !== undefined && { memory: { source: name, workerMb: rss } }),
  };
}

const isPlain = ({ setup, part }: Series) =>
  part === undefined && setup.balancing === 'round-robin' && setup.hashThreads === 1 && !setup.slowedWorker;

/** The mixed scenario also runs without the cache, which is another load. */
const busiest = (series: Series[]) =>
  [...series].sort(
    (a, b) => Number(b.setup.cache) - Number(a.setup.cache) || b.setup.workers - a.setup.workers,
  )[0];

/** Leaves out what the workers use without a request, if that was measured: a slow request would count it as its own. */
function requestOf(
  { scenario, setup, runs }: Series,
  idle: BenchResults['idle'],
  source: string,
): Partial<Requests[string]> {
  const isJob = scenario === 'heavy-job';
  const cpu = runs.filter(({ cpuMicrosPerRequest }) => cpuMicrosPerRequest);
  const traffic = runs.filter((run) => run.traffic);
  const rest = (valueOf: Parameters<typeof atRest>[2]) => atRest(idle, setup.workers, valueOf);
  const micros = GROUPS.map((group) => {
    const idleCores = SERVERS.some((name) => name === group) ? rest((point) => point.cpu?.[group]) : 0;
    const each = cpu.map(
      ({ cpuMicrosPerRequest, perSecond }) =>
        (cpuMicrosPerRequest?.[group] ?? 0) - (idleCores * 1e6) / perSecond,
    );
    return [group, !isJob && ONLY_JOBS.includes(group) ? 0 : round(Math.max(0, median(each)))] as const;
  });
  const bytes = SERVERS.map((server) => {
    const of = (field: 'inBytes' | 'outBytes') => {
      const idleBytes = rest((point) => point.traffic?.[server]?.[field]);
      const each = traffic.map((run) => (run.traffic?.[server]?.[field] ?? 0) - idleBytes / run.perSecond);
      return round(Math.max(0, median(each)));
    };
    const isIdle = !isJob && server === 'RabbitMQ';
    return [server, isIdle ? { in: 0, out: 0 } : { in: of('inBytes'), out: of('outBytes') }] as const;
  });
  return {
    ...(cpu.length > 0 && {
      cpuMicros: { source, ...Object.fromEntries(micros) } as Requests[string]['cpuMicros'],
    }),
    ...(traffic.length > 0 && {
      bytes: { source, ...Object.fromEntries(bytes) } as Requests[string]['bytes'],
    }),
    jobs: { source, perRequest: isJob ? 1 : 0 },
  };
}
