import { messageOf } from '../../../src/lib/error-code';
import { sleep } from '../../../tools/command/run-command';
import type { ComposeStack } from './stack';

const everyMs = 1_000;

/** Collects the metrics from NGINX every second, and compares each counter with its last value. */
export async function startScrapes({ engine, containers }: ComposeStack) {
  const [nginx = ''] = await containers('nginx');
  const last = new Map<string, number>();
  const hosts = new Set<string>();
  const fallen: string[] = [];
  let scrapes = 0;
  let misses = 0;
  let isStopped = false;

  async function scrape(): Promise<void> {
    const text = await engine.docker([
      'exec',
      nginx,
      'curl',
      '-fsS',
      '-m',
      '5',
      'http://127.0.0.1:9464/metrics',
    ]);
    scrapes += 1;
    const counters = new Set([...text.matchAll(/^# TYPE (\w+) counter$/gm)].map(([, name]) => name));
    for (const [, series = '', name, value] of text.matchAll(/^((\w+)\{[^}]*\}) (\S+)$/gm)) {
      if (!counters.has(name)) continue;
      const now = Number(value);
      if (now < (last.get(series) ?? 0)) fallen.push(`${series}: ${last.get(series)} → ${now}`);
      last.set(series, now);
      const host = /host="([^"]+)"/.exec(series)?.[1];
      if (host) hosts.add(host);
    }
  }
  async function loop(): Promise<void> {
    while (!isStopped) {
      await scrape().catch((error: unknown) => {
        misses += 1;
        if (misses === 1) console.log(`a scrape failed: ${messageOf(error).slice(0, 200)}`);
      });
      await sleep(everyMs);
    }
  }
  const looping = loop();
  return {
    async stop(): Promise<void> {
      isStopped = true;
      await looping;
    },
    found: () => ({ taken: scrapes, misses, hosts: hosts.size, series: last.size, fallen }),
  };
}
