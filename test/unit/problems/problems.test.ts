import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ALLOWED_HEADERS, ALLOWED_METHODS, MAX_AGE_SECONDS } from '../../../src/http/server/cors';
import { PROBLEMS } from '../../../src/problems/catalogue';
import { tagAsSent } from '../../../src/lib/version-tag';

const template = readFileSync(path.join(__dirname, '..', '..', '..', 'nginx', 'nginx.conf.template'), 'utf8');

/** Reads a map of nginx.conf.template from status to text. */
function mapOf(variable: string): Map<number, string> {
  const body = new RegExp(`map \\$status \\$${variable} \\{([^}]*)\\}`).exec(template)![1]!;
  const lines = [...body.matchAll(/^\s*(\d{3}) '?([^;']+)'?;$/gm)];
  return new Map(lines.map(([, status, text]) => [Number(status), text!]));
}

describe('the problem catalogue', () => {
  it('has the same names and titles in the configuration of NGINX', () => {
    const titles = mapOf('problem_title');
    const names = mapOf('problem_name');
    expect([...names.keys()]).toEqual([...titles.keys()]);
    expect(names.size).toBeGreaterThan(8);
    for (const [status, name] of names) {
      expect(PROBLEMS).toHaveProperty([name]);
      const { title, status: own } = PROBLEMS[name as keyof typeof PROBLEMS];
      expect({ name, status: own, title }).toEqual({ name, status, title: titles.get(status) });
    }
  });

  it('explains each problem and what to do', () => {
    for (const { title, meaning, remedy } of Object.values(PROBLEMS)) {
      expect(title).toMatch(/^[A-Z].*\w$/);
      expect(meaning).toMatch(/\.$/);
      expect(remedy).toMatch(/\.$/);
    }
  });

  it('matches the preflights of NGINX, and the size from which it compresses', () => {
    expect(template).toContain(`add_header Access-Control-Allow-Methods ${ALLOWED_METHODS.join(',')};`);
    expect(template).toContain(`add_header Access-Control-Allow-Headers ${ALLOWED_HEADERS.join(',')};`);
    expect(template).toContain(`add_header Access-Control-Max-Age ${MAX_AGE_SECONDS};`);
    const [, smallest] = /gzip_min_length (\d+);/.exec(template)!;
    const headers = { 'accept-encoding': 'gzip', 'x-forwarded-for': '127.0.0.1' };
    expect(tagAsSent('"x"', Number(smallest), headers)).toBe('W/"x"');
    expect(tagAsSent('"x"', Number(smallest) - 1, headers)).toBe('"x"');
    expect(tagAsSent('"x"', Number(smallest), { 'accept-encoding': 'gzip' })).toBe('"x"');
  });
});
