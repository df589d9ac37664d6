import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { writePrometheusConfig } from '../../../ops/local/prometheus-config';
import { configSchema } from '../../../src/config/schema';
import { newFolder } from '../../support/folder';
import { panels, promtool, root, rules } from '../../support/prometheus';

const read = (file: string) => readFileSync(path.join(root, 'monitoring', file), 'utf8');

describe('the monitoring', () => {
  it('has rules and an example configuration that Prometheus accepts', async () => {
    for (const [what, file] of [
      ['rules', 'alerts.yml'],
      ['config', 'prometheus.yml'],
      ['config', 'prometheus-hosts.yml'],
      ['config', 'prometheus-containers.yml'],
    ] as const) {
      const { code, text } = await promtool('check', what, file);
      expect([code, text]).toEqual([0, expect.stringContaining('SUCCESS')]);
    }
  });

  it('has examples that scrape each host at its internal ports', () => {
    const jobOf = (file: string) => {
      const { rule_files, scrape_configs } = parse(read(file)) as Record<string, unknown[]>;
      expect(rule_files).toEqual(['alerts.yml']);
      // The alerts name this job.
      expect(scrape_configs).toEqual([expect.objectContaining({ job_name: 'taskfleet' })]);
      return scrape_configs![0];
    };
    expect(jobOf('prometheus-hosts.yml')).toMatchObject({
      metrics_path: '/metrics/all',
      file_sd_configs: [{ files: ['hosts.yml'] }],
    });
    const internalPort = 1_000 + configSchema.shape.BASE_PORT.parse(undefined);
    expect(jobOf('prometheus-containers.yml')).toMatchObject({
      metrics_path: '/metrics',
      dns_sd_configs: [{ port: internalPort }, { port: internalPort + 500 }],
    });
    const [{ targets, labels }] = parse(read('hosts.yml')) as [{ targets: string[]; labels?: object }];
    expect([targets.map((target) => Number(target.split(':')[1])), labels]).toEqual([
      [internalPort + 500, internalPort + 500],
      undefined,
    ]);
  });

  describe('the configuration that npm start writes', () => {
    const dir = newFolder("it's taskfleet ");
    const write = () =>
      writePrometheusConfig({ root, dir, port: 9471, pm2Home: "/srv/it's: pm2", prefix: 'blue' });

    it('names the port of this stack and the absolute path of the rules', () => {
      const { rule_files, scrape_configs } = parse(readFileSync(write(), 'utf8'));
      expect(rule_files).toEqual([path.join(dir, 'alerts.yml')]);
      expect(scrape_configs).toEqual([
        { job_name: 'taskfleet', static_configs: [{ targets: ['127.0.0.1:9471'] }] },
      ]);
    });

    it('is valid', async () => {
      const { code, text } = await promtool('check', 'config', write());
      expect([code, text]).toEqual([0, expect.stringContaining('1 rule files found')]);
    });

    it('has the alerts with commands that reach the PM2 and the names of this stack', () => {
      const { groups } = parse(readFileSync(path.join(path.dirname(write()), 'alerts.yml'), 'utf8')) as {
        groups: { rules: typeof rules }[];
      };
      const own = groups.flatMap((group) => group.rules);
      const isOfPm2 = ({ annotations }: (typeof rules)[number]) => annotations.action.includes('npx pm2');
      expect(own.filter((rule) => !isOfPm2(rule))).toEqual(rules.filter((rule) => !isOfPm2(rule)));
      const actions = own.filter(isOfPm2).map(({ annotations }) => annotations.action);
      expect(actions).toContain(
        "PM2_HOME='/srv/it'\\''s: pm2' npx pm2 logs blue-api shows each with its request id",
      );
      expect(actions.join('\n')).not.toMatch(/^npx|taskfleet-/m);
    });
  });

  it('has alerts that fire for their cause and for nothing else', async () => {
    const { code, text } = await promtool('test', 'rules', path.join(__dirname, 'monitoring.rules.yml'));
    expect([code, text]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });

  it('has a summary, a severity and an action for each alert', () => {
    expect(rules.length).toBeGreaterThan(10);
    for (const { labels, annotations } of rules) {
      expect(['page', 'ticket']).toContain(labels.severity);
      expect(annotations.summary).toMatch(/\w/);
      expect(annotations.action).toMatch(/\w/);
    }
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });

  it('has a title and a query for each panel of the dashboard', () => {
    const charts = panels.filter(({ targets }) => targets);
    expect(charts.length).toBeGreaterThan(10);
    for (const { title, targets } of charts)
      expect([title, targets!.length]).toEqual([title, expect.any(Number)]);
    expect(new Set(charts.map(({ title }) => title)).size).toBe(charts.length);
  });
});
