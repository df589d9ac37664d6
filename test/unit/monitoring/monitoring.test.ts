import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { writePrometheusConfig } from '../../../ops/local/prometheus-config';
import { panels, promtool, root, rules } from '../../support/prometheus';

describe('the monitoring', () => {
  it('Prometheus takes the example configuration and the rules', async () => {
    for (const [what, file] of [
      ['rules', 'alerts.yml'],
      ['config', 'prometheus.yml'],
    ] as const) {
      const { code, text } = await promtool('check', what, file);
      expect([code, text]).toEqual([0, expect.stringContaining('SUCCESS')]);
    }
  });

  describe('the configuration that npm start writes', () => {
    let dir: string;
    beforeEach(() => {
      dir = mkdtempSync(path.join(tmpdir(), "it's taskfleet "));
    });
    afterEach(() => rmSync(dir, { recursive: true }));
    const write = () => writePrometheusConfig({ root, dir, port: 9471 });

    it('has the port of this stack, and the rules by their whole path', () => {
      const { rule_files, scrape_configs } = parse(readFileSync(write(), 'utf8'));
      expect(rule_files).toEqual([path.join(root, 'monitoring', 'alerts.yml')]);
      expect(scrape_configs).toEqual([
        { job_name: 'taskfleet', static_configs: [{ targets: ['127.0.0.1:9471'] }] },
      ]);
    });

    it('is one that Prometheus takes', async () => {
      const { code, text } = await promtool('check', 'config', write());
      expect([code, text]).toEqual([0, expect.stringContaining('1 rule files found')]);
    });
  });

  it('the rules fire for what they are about, and for nothing else', async () => {
    const { code, text } = await promtool('test', 'rules', path.join(__dirname, 'monitoring.rules.yml'));
    expect([code, text]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });

  it('each alert says what is the matter, how urgent it is and what to do', () => {
    expect(rules.length).toBeGreaterThan(10);
    for (const { labels, annotations } of rules) {
      expect(['page', 'ticket']).toContain(labels.severity);
      expect(annotations.summary).toMatch(/\w/);
      expect(annotations.action).toMatch(/\w/);
    }
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });

  it('each panel of the dashboard has a title and asks for something', () => {
    const charts = panels.filter(({ targets }) => targets);
    expect(charts.length).toBeGreaterThan(10);
    for (const { title, targets } of charts)
      expect([title, targets!.length]).toEqual([title, expect.any(Number)]);
    expect(new Set(charts.map(({ title }) => title)).size).toBe(charts.length);
  });
});
