import path from 'node:path';
import { percentile } from '../../src/lib/percentile';
import type { Progress } from '../../tools/command/progress';
import { interruption } from '../../tools/command/run-command';
import { makeCertificate, type Certificate } from '../../tools/kit/certificate';
import { startClosedLoop } from '../../tools/load/closed-loop';
import { openConnections, type Request } from '../../tools/load/connections';
import { findFree } from '../../tools/local-servers/ports';
import { requireServed } from '../../tools/local-servers/served-certificate';
import { calm, describeFailures, prepareLoad, startLoad } from './load';
import { dir, withOwnStack } from './own-stack';

const connections = 48;
const readers = 16;
const rounds = 7;
const roundMs = 4_000;
const warmUpMs = 4_000;
/** Aim: cached reads over TLS, as a share of those over plain HTTP. */
const leastShare = 0.85;

interface Target {
  url: string;
  anyCertificate?: boolean;
}

/** @returns cached reads per second over kept-alive connections */
async function readRate(target: Target, request: Request, faults: string[]): Promise<number> {
  const opened = openConnections({ ...target, connections: readers });
  let answered = 0;
  const loop = startClosedLoop(opened, {
    clients: readers,
    next: () => request,
    onAnswer: ({ status, error }) => {
      if (status === 200) answered += 1;
      else faults.push(`GET ${target.url}: ${error ?? status}`);
    },
  });
  await calm(roundMs / 4);
  const [before, began] = [answered, performance.now()];
  await calm(roundMs);
  const rate = ((answered - before) / (performance.now() - began)) * 1_000;
  await loop.stop();
  await opened.close();
  return rate;
}

async function compare(progress: Progress, plain: Target, tls: Target, request: Request, faults: string[]) {
  const rates: Record<'plain' | 'tls', number[]> = { plain: [], tls: [] };
  await progress.step('reads', `${rounds} rounds over plain HTTP and over TLS in turns`, async ({ say }) => {
    for (let round = 0; round < rounds; round += 1) {
      // The one that goes first would profit from a machine that gets busier.
      const order = round % 2 === 0 ? (['plain', 'tls'] as const) : (['tls', 'plain'] as const);
      for (const name of order)
        rates[name].push(await readRate(name === 'plain' ? plain : tls, request, faults));
      say(`plain ${rates.plain[round]!.toFixed(0)}/s, TLS ${rates.tls[round]!.toFixed(0)}/s`);
    }
  });
  const [ofPlain, ofTls] = [rates.plain, rates.tls].map((all) => percentile(all, 0.5)) as [number, number];
  const share = ofTls / ofPlain;
  const text = `cached reads over TLS: ${share.toFixed(2)} of those over plain HTTP (medians ${ofTls.toFixed(0)}/s, ${ofPlain.toFixed(0)}/s)`;
  console.log(text);
  if (share < leastShare) faults.push(`${text}; aim ${leastShare}`);
}

/** Measures what TLS costs, and renews the certificate under load. @returns the promises that did not hold */
export async function drillEdge(progress: Progress, { reloads }: { reloads: number }): Promise<string[]> {
  const folder = path.join(dir, 'tls');
  const files: Certificate = makeCertificate(folder);
  const port = await findFree(3_443);
  const edge = { LISTEN: `https://127.0.0.1:${port}`, TLS_CERT: files.cert, TLS_KEY: files.key };
  return withOwnStack(progress, { apiWorkers: 2, edge }, async ({ stack, faults, ...account }) => {
    const { token, path: task, headers } = await prepareLoad(account);
    const tls = { url: `https://127.0.0.1:${port}`, anyCertificate: true };
    await compare(progress, account, tls, { method: 'GET', path: task, headers }, faults);

    const load = startLoad({ ...tls, connections, token, path: task });
    try {
      const text = `${connections} connections over TLS, half of them POST /tasks`;
      await progress.step('load', text, () => calm(warmUpMs));
      const before = load.take();
      await progress.step('renewals', `${reloads} renewed certificates`, async ({ say }) => {
        for (let renewed = 1; renewed <= reloads; renewed += 1) {
          interruption.signal.throwIfAborted();
          makeCertificate(folder);
          await stack.reloadNginx();
          await requireServed(edge);
          await calm(500);
          if (renewed % 5 === 0) say(`${renewed} renewals`);
        }
      });
      const taken = load.take();
      console.log(`${reloads} renewals: ${describeFailures(taken)}; ${taken.connects} new connections`);
      for (const one of [before, taken]) if (one.failed > 0) faults.push(describeFailures(one));
    } finally {
      await load.stop();
    }
  });
}
