import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { examineAdmin, examineEdge, judgeCertificate, judgeKeyMode } from '../../../ops/doctor/certificate';
import type { Finding } from '../../../src/doctor/finding';
import { makeCertificate } from '../../../tools/kit/certificate';
import { readTlsFiles } from '../../../tools/local-servers/tls-files';
import { newFolder } from '../../support/folder';

const day = 86_400_000;
const told = (findings: Finding[]) => findings.map(({ level, says }) => `${level}: ${says}`).join('\n');

describe('the doctor on a certificate', () => {
  const { cert, key } = makeCertificate(newFolder());
  const files = readTlsFiles(cert, key);
  const served = files.certificate.fingerprint256;
  const after = (days: number) => told(judgeCertificate('c.pem', files, served, Date.now() + days * day));

  it('warns 21 days before its end, and reports an error after it', () => {
    expect(after(0)).not.toMatch(/ends/);
    expect(after(10)).toMatch('warning: The certificate in c.pem ends in 19 days');
    expect(after(31)).toMatch(/error: The certificate in c\.pem has ended on /);
  });

  it('warns of one that signed itself, and of one that NGINX does not serve', () => {
    expect(after(0)).toBe('warning: The certificate in c.pem signed itself: clients refuse it');
    expect(told(judgeCertificate('c.pem', files, 'another'))).toMatch('does not serve the certificate');
  });

  it('reports a key that every user can read', () => {
    expect(judgeKeyMode('k.pem', 0o100_640)).toEqual([]);
    expect(judgeKeyMode('k.pem', 0o100_644)).toEqual([expect.objectContaining({ cure: 'chmod o= k.pem' })]);
  });

  it('reports files that cannot be used, and says what to do', async () => {
    const edge = { LISTEN: '443', TLS_CERT: '/none/c.pem', TLS_KEY: key };
    expect(told(await examineEdge(edge))).toBe(
      'error: TLS_CERT names /none/c.pem. There is no such file: correct the path.',
    );
  });

  it('warns of addresses without HTTPS unless a proxy is before NGINX', async () => {
    expect(await examineEdge({})).toEqual([]);
    expect(told(await examineEdge({ LISTEN: '80' }))).toMatch(/^warning: LISTEN has no HTTPS/);
    expect(await examineEdge({ LISTEN: '80', REAL_IP_FROM: 'loopback' })).toEqual([]);
  });

  it('warns in production of the Admin that an earlier start made', () => {
    const dir = newFolder();
    writeFileSync(path.join(dir, 'admin-password'), 'x');
    expect(examineAdmin(dir, {})).toEqual([]);
    expect(told(examineAdmin(dir, { PROFILE: 'production' }))).toMatch(
      /^warning: The Admin that npm start made/,
    );
    expect(examineAdmin(newFolder(), { PROFILE: 'production' })).toEqual([]);
  });
});
