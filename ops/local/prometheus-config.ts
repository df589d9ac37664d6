import fs from 'node:fs';
import path from 'node:path';

const NAME = 'prometheus.yml';

/**
 * `monitoring/prometheus.yml` for this stack, whose port of metrics may be another, and to be used from any folder.
 *
 * @param options.dir where it is written
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
    // As JSON it is YAML too, whatever is in the path.
    .replace('[alerts.yml]', () => JSON.stringify([path.join(folder, 'alerts.yml')]));
  const file = path.join(dir, NAME);
  const temporary = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(temporary, text);
  fs.renameSync(temporary, file);
  return file;
}
