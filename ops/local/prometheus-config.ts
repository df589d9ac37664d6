import fs from 'node:fs';
import path from 'node:path';

const NAME = 'prometheus.yml';

/**
 * Writes `monitoring/prometheus.yml` to `dir`, with the metrics port of this stack and absolute paths.
 *
 * @returns the file
 */
export function writePrometheusConfig({
  root,
  dir,
  port,
}: {
  root: string;
  dir: string;
  port: number;
}): string {
  const folder = path.join(root, 'monitoring');
  const text = fs
    .readFileSync(path.join(folder, NAME), 'utf8')
    .replace(/^#.*\n/, '# By `npm start`, from monitoring/prometheus.yml; the next one writes it anew.\n')
    .replace('127.0.0.1:9464', `127.0.0.1:${port}`)
    // JSON is YAML too, and quotes whatever is in the path.
    .replace('[alerts.yml]', () => JSON.stringify([path.join(folder, 'alerts.yml')]));
  const file = path.join(dir, NAME);
  const temporary = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(temporary, text);
  fs.renameSync(temporary, file);
  return file;
}
