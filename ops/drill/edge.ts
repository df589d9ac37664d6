import path from 'node:path';
import type { Progress } from '../../tools/command/progress';
import { interruption } from '../../tools/command/run-command';
import { makeCertificate, type Certificate } from '../../tools/kit/certificate';
import { findFree } from '../../tools/local-servers/ports';
import { requireServed } from '../../tools/local-servers/served-certificate';
import { compareReads } from './compare-reads';
import { calm, describeFailures, faultOf, prepareLoad, startLoad } from './load';
import { dir, withOwnStack } from './own-stack';

const connections = 48;
const rounds = 7;
const warmUpMs = 4_000;
/** Aim: cached reads over TLS, as a share of those over plain HTTP. */
const leastShare = 0.85;

/** Measures what TLS costs, and renews the certificate under load. @returns the promises that did not hold */
export async function drillEdge(progress: Progress, { reloads }: { reloads: number }): Promise<string[]> {
  const folder = path.join(dir, 'tls');
  const files: Certificate = makeCertificate(folder);
  const port = await findFree(3_443);
  const edge = { LISTEN: `https://127.0.0.1:${port}`, TLS_CERT: files.cert, TLS_KEY: files.key };
  return withOwnStack(progress, { apiWorkers: 2, edge }, async ({ stack, faults, ...account }) => {
    const { token, path: task, headers } = await prepareLoad(account);
    const tls = { url: `https://127.0.0.1:${port}`, anyCertificate: true };
    const request = { method: 'GET', path: task, headers } as const;
    await compareReads(progress, {
      ways: [
        { name: 'plain HTTP', url: account.url, request },
        { name: 'TLS', ...tls, request },
      ],
      rounds,
      leastShare,
      faults,
    });

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
      for (const fault of [before, taken].map(faultOf)) if (fault) faults.push(fault);
    } finally {
      await load.stop();
    }
  });
}
