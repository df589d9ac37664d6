import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { postmanEnvironment } from '../../../contract/postman/environment';
import { newFolder } from '../../support/folder';
import { writePostmanEnvironment } from '../../../ops/local/postman-environment';

type Options = { root: string; dir: string; url: string; admin?: { email: string; passwordFile: string } };

const root = path.join(__dirname, '..', '..', '..');
const url = 'http://localhost:3007';
let dir: string;

beforeEach(() => {
  dir = newFolder();
});

function write(admin?: Options['admin']) {
  const file = writePostmanEnvironment({ root, dir, url, admin });
  const { values } = JSON.parse(readFileSync(file, 'utf8')) as typeof postmanEnvironment;
  return { file, values: Object.fromEntries(values.map(({ key, value }) => [key, value])) };
}

describe('the Postman environment', () => {
  it('is filled in with what the local stack knows, for its owner alone', () => {
    const passwordFile = path.join(dir, 'admin-password');
    writeFileSync(passwordFile, 'correct horse\n');
    const { file, values } = write({ email: 'first@example.com', passwordFile });
    expect(values).toEqual({ url, adminLogin: 'first@example.com', adminPassword: 'correct horse' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('leaves the password empty if it is not known', () => {
    expect(write().values).toEqual({ url, adminLogin: 'admin@taskfleet.local', adminPassword: '' });
  });
});
