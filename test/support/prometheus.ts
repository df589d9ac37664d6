import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { freePort } from './free-port';
import { eventually } from './wait';
import { findCommand } from '../../tools/local-servers/find-command';
import { writePrometheusConfig } from '../../ops/local/prometheus-config';

export const root = path.join(__dirname, '..', '..');
const folder = path.join(root, 'monitoring');

interface Panel {
  title: string;
  targets?: { expr: string }[];
}
interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; action: string };
}

const read = (name: string) => readFileSync(path.join(folder, name), 'utf8');
export const panels = (JSON.parse(read('grafana-dashboard.json')) as { panels: Panel[] }).panels;
export const rules = (parse(read('alerts.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
/** Every query of the dashboard and the alerts, with the interval that Grafana fills in. */
export const expressions = [
  ...rules.map(({ expr }) => expr),
  ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
].map((expr) => expr.replaceAll('$__rate_interval', '1m'));

/** @throws Error if the command is missing: `npm test` installs it if the system's package manager has it */
function requireCommand(name: 'prometheus' | 'promtool'): string {
  const found = findCommand(name);
  if (!found)
    throw new Error(`${name} is not installed: apt-get install prometheus, or brew install prometheus.`);
  return found;
}

/** Runs promtool. @returns its exit status and its output */
export const promtool = (...args: string[]) =>
  new Promise<{ code: number; text: string }>((resolve) => {
    execFile(requireCommand('promtool'), args, { cwd: folder }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), text: stdout + stderr }),
    );
  });

/** The faults that `promtool check metrics` finds in this text, one a line. */
export const lintMetrics = (text: string) =>
  new Promise<string>((resolve) => {
    const child = execFile(requireCommand('promtool'), ['check', 'metrics'], (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
    child.stdin!.end(text);
  });

/** Starts a Prometheus with the configuration of `npm start` that scrapes this port each second. */
export async function startPrometheus(port: number) {
  const dir = mkdtempSync(path.join(tmpdir(), 'taskfleet-prometheus-'));
  const config = writePrometheusConfig({ root, dir, port, pm2Home: dir });
  writeFileSync(config, readFileSync(config, 'utf8').replaceAll('15s', '1s'));
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    requireCommand('prometheus'),
    [`--config.file=${config}`, `--storage.tsdb.path=${dir}/data`, `--web.listen-address=${address}`],
    { stdio: 'ignore' },
  );
  const ended = once(child, 'exit');

  async function ask<T>(place: string): Promise<T> {
    const answer = await fetch(`http://${address}/api/v1/${place}`, { signal: AbortSignal.timeout(30_000) });
    const { status, data, error } = (await answer.json()) as { status: string; data: T; error?: string };
    if (status !== 'success') throw new Error(`${place}: ${error}`);
    return data;
  }
  const query = async (expr: string) =>
    (await ask<{ result: Sample[] }>(`query?query=${encodeURIComponent(expr)}`)).result;
  await eventually(() => query('up').catch(() => undefined));

  return {
    query,
    ask,
    async stop(): Promise<void> {
      child.kill('SIGTERM');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

interface Sample {
  metric: Record<string, string>;
  value: [number, string];
}
