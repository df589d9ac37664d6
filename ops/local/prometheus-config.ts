import fs from 'node:fs';
import path from 'node:path';
import { pm2Call, pm2NameOf } from '../../src/command-line/pm2-call';
import { OPEN, replaceFile } from '../../src/lib/replace-file';
import type { AppName } from '../stack/app-names';

const NAME = 'prometheus.yml';
const ALERTS = 'alerts.yml';

interface Known {
  root: string;
  /** Folder that gets the files. */
  dir: string;
  /** Port of the metrics. */
  port: number;
  /** Folder of the PM2 that runs the apps. */
  pm2Home: string;
  /** KEY_PREFIX of the apps. */
  prefix?: string;
}

/** Writes the alerts with commands of PM2 that reach the apps of this stack. @returns the file */
function writeAlerts({ root, dir, pm2Home, prefix }: Known): string {
  const actionOf = (text: string) =>
    text
      .replaceAll('npx pm2 ', () => pm2Call(pm2Home, ''))
      .replaceAll(/taskfleet-(api|worker)/g, (name) => pm2NameOf(name as AppName, prefix));
  const text = fs
    .readFileSync(path.join(root, 'monitoring', ALERTS), 'utf8')
    // JSON is YAML too, and quotes whatever is in the path.
    .replace(/(?<= action: ).*npx pm2 .*/g, (action) => JSON.stringify(actionOf(action)));
  const file = path.join(dir, ALERTS);
  replaceFile(file, text, OPEN);
  return file;
}

/**
 * Writes `monitoring/prometheus.yml` and its alerts to `dir`, with the metrics port of this stack and absolute paths.
 *
 * @returns the file
 */
export function writePrometheusConfig(known: Known): string {
  const { root, dir, port } = known;
  const text = fs
    .readFileSync(path.join(root, 'monitoring', NAME), 'utf8')
    .replace(/^#.*\n/, '# By `npm start`, from monitoring/prometheus.yml; the next one writes it anew.\n')
    .replace('127.0.0.1:9464', `127.0.0.1:${port}`)
    .replace(`[${ALERTS}]`, () => JSON.stringify([writeAlerts(known)]));
  const file = path.join(dir, NAME);
  replaceFile(file, text, OPEN);
  return file;
}
