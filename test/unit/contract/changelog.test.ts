import { readFileSync } from 'node:fs';
import path from 'node:path';
import { addedOperations, withRelease } from '../../../contract/changelog';
import released from '../../../contract/released.json';

const root = path.join(__dirname, '..', '..', '..');
const page = readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8');
const contractOf = (paths: Record<string, unknown>) => ({ info: { version: '1.0.0' }, paths });

describe('the changelog', () => {
  it('has a section for the released contract below "Unreleased"', () => {
    const titles = [...page.matchAll(/^## \[(.+?)\]/gm)].map(([, title]) => title);
    expect(titles.slice(0, 2)).toEqual(['Unreleased', released.info.version]);
  });

  it('moves unreleased notes into the section of a release, below what the contract shows', () => {
    const before = '# Changelog\n\n## [Unreleased]\n\n### Fixed\n\n- a leak\n\n## [1.0.0] - 2026-11-22\n';
    const release = {
      version: '2.0.0',
      date: '2027-01-31',
      added: ['`GET /a`: Get a'],
      breaking: ['GET /b'],
    };
    expect(withRelease(before, release)).toBe(
      `# Changelog\n\n## [Unreleased]\n\n## [2.0.0] - 2027-01-31\n
### Added to the API\n\n- \`GET /a\`: Get a\n\n### Breaks clients\n\n- GET /b
\n### Fixed\n\n- a leak\n\n## [1.0.0] - 2026-11-22\n`,
    );
  });

  it.each([
    ['# Changelog\n', 'no section "Unreleased"'],
    ['## [Unreleased]\n\n## [2.0.0] - 2027-01-01\n', '2.0.0 already'],
  ])('refuses %j', (text, fault) => {
    const release = { version: '2.0.0', date: '2027-01-31', added: [], breaking: [] };
    expect(() => withRelease(text, release)).toThrow(fault);
  });

  it('lists operations that only the new contract has', () => {
    const get = { summary: 'List tasks' };
    const [old, now] = [contractOf({ '/tasks': { get } }), contractOf({ '/tasks': { get, post: {} } })];
    expect(addedOperations(old, now)).toEqual(['`POST /tasks`: no summary']);
    expect(addedOperations(now, old)).toEqual([]);
  });
});
