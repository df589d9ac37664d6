import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkCertificate } from '../../../tools/local-servers/check-certificate';
import { describeEdge, edgeDirectives, edgeOf, readEdge, type Edge } from '../../../tools/local-servers/edge';
import { daysLeft, faultOfTime, isChainWhole, readTlsFiles } from '../../../tools/local-servers/tls-files';
import { requireValid } from '../../../tools/local-servers/servers/nginx-edge';
import { makeCertificate } from '../../../tools/kit/certificate';
import { newFolder } from '../../support/folder';

const tls = { TLS_CERT: '/c', TLS_KEY: '/k' };
const directives = (edge: Edge, more = {}) =>
  edgeDirectives(edge, { ownPort: 3000, limitExempt: 'none', http2: 'parameter', ...more });

describe('the addresses of NGINX', () => {
  it('are those of this host alone by default', () => {
    const { NGINX_LISTEN, ...others } = directives({});
    expect(NGINX_LISTEN).toContain('listen 127.0.0.1:3000 backlog=4096;');
    expect(NGINX_LISTEN).not.toMatch(/0\.0\.0\.0|\[::\]/);
    expect(others).toMatchObject({
      NGINX_TLS: '',
      NGINX_REDIRECTED: '',
      NGINX_REAL_IP: '',
      NGINX_LIMIT_EXEMPT: '',
    });
    expect(describeEdge({})).toBeUndefined();
  });

  it.each([
    ['127.0.0.1:3000', undefined],
    ['localhost:3000', undefined],
    ['10.0.0.9:80', '10.0.0.9:80'],
    ['127.0.0.1:4001,[::1]:79-81', '80'],
  ])('cannot be those of API_HOSTS=%s: requests would go round in circles', (API_HOSTS, LISTEN) => {
    expect(() => directives({ API_HOSTS, LISTEN })).toThrow(
      /^API_HOSTS names \S+:(3000|80), the address of this NGINX/,
    );
  });

  it('may be on the ports of workers on other hosts', () => {
    expect(() => directives({ API_HOSTS: '192.0.2.1:3000,192.0.2.1:80', LISTEN: '80' })).not.toThrow();
    expect(() => directives({ API_HOSTS: '127.0.0.1:80', LISTEN: '192.0.2.9:80' })).not.toThrow();
  });

  it('are those of LISTEN as well, with HTTPS in the words of this NGINX', () => {
    const edge = { LISTEN: '80,8443', ...tls };
    const old = directives(edge);
    expect(old.NGINX_LISTEN).toContain('listen 127.0.0.1:3000 backlog=4096;');
    expect(old.NGINX_LISTEN).toContain('listen 0.0.0.0:80 backlog=4096;');
    expect(old.NGINX_LISTEN).toContain('listen 0.0.0.0:8443 ssl http2 backlog=4096;');
    expect(old).toMatchObject({
      NGINX_TLS: 'include tls/tls.conf;',
      NGINX_HTTPS_PORT: ':8443',
      NGINX_REDIRECTED: '80 1;',
    });
    const young = directives(edge, { http2: 'directive' });
    expect(young.NGINX_LISTEN).toContain('listen 0.0.0.0:8443 ssl backlog=4096;');
    expect(young.NGINX_TLS).toMatch(/http2 on;/);
    expect(describeEdge(edge)).toBe('http://*:80 (redirects), https://*:8443');
  });

  it('are opened once if LISTEN names the port of this host too', () => {
    const { NGINX_LISTEN } = directives({ LISTEN: '3000' });
    expect(NGINX_LISTEN.match(/:3000/g)).toEqual(
      NGINX_LISTEN.match(/listen (0\.0\.0\.0|\[::\]):3000/g)!.map(() => ':3000'),
    );
  });

  it.each([
    [{ TLS_CERT: '/c' }, 'TLS_CERT is set and TLS_KEY is not'],
    [{ ...tls }, 'set LISTEN=80,443'],
    [{ LISTEN: '80', ...tls }, 'set LISTEN=80,443'],
    [{ LISTEN: 'https://443' }, 'LISTEN names https://*:443: set TLS_CERT and TLS_KEY as well.'],
    [{ LISTEN: 'x' }, 'LISTEN is "x"'],
  ])('are refused: %j', (edge, message) => expect(() => readEdge(edge)).toThrow(message));

  it('are refused if HTTPS is to use the port of this host', () => {
    expect(() => directives({ LISTEN: '3000', ...tls })).toThrow('choose another');
  });

  it('name the proxies and the networks without limits', () => {
    const { NGINX_REAL_IP, NGINX_LIMIT_EXEMPT } = directives(
      { REAL_IP_FROM: '10.0.0.0/8, ::2' },
      { limitExempt: 'loopback' },
    );
    expect(NGINX_REAL_IP).toMatch(/^set_real_ip_from 10\.0\.0\.0\/8;\s+set_real_ip_from ::2\/128;$/);
    expect(NGINX_LIMIT_EXEMPT).toMatch(/^127\.0\.0\.0\/8 1;\s+::1\/128 1;$/);
  });

  it('come from variables that are set', () => {
    expect(edgeOf({ LISTEN: '80', TLS_CERT: '', PATH: '/bin' })).toEqual({ LISTEN: '80' });
  });
});

describe('a configuration that NGINX judges in a shell without the right to its ports', () => {
  const bin = path.join(newFolder(), 'nginx');
  writeFileSync(
    bin,
    `#!/bin/sh\necho 'nginx: [emerg] bind() to 0.0.0.0:443 failed (13: Permission denied)' >&2\nexit 1\n`,
    { mode: 0o755 },
  );
  const serving = '  listen 0.0.0.0:443 ssl;\n';
  const judge = (text: string, present?: string) => {
    const dir = newFolder();
    if (present) writeFileSync(path.join(dir, 'nginx.conf'), present);
    return () => requireValid(bin, dir, text);
  };

  it('is accepted if the service has these ports open', () => {
    expect(judge(`${serving}  more\n`, serving)).not.toThrow();
  });

  it('is refused with three ways out on a first start, and if it names another address', () => {
    expect(judge(serving)).toThrow(
      /^LISTEN names 0\.0\.0\.0:443, .*\n {2}setcap .*\n {2}sysctl .*\n {2}Ambient/,
    );
    expect(judge(`${serving}  listen 10.0.0.5:443 ssl;\n`, serving)).toThrow('may not open');
  });
});

describe('the files of a certificate', () => {
  const dir = newFolder();
  const one = makeCertificate(dir, 'one');
  const other = makeCertificate(dir, 'other');
  const file = (name: string, text: string) => {
    writeFileSync(path.join(dir, name), text);
    return path.join(dir, name);
  };
  const both = file('both', readFileSync(one.cert, 'utf8') + readFileSync(other.cert, 'utf8'));

  it('are read together, the key first', () => {
    const { pem, chain } = readTlsFiles(one.cert, one.key);
    expect(pem).toMatch(/^-----BEGIN PRIVATE KEY-----[^]+-----BEGIN CERTIFICATE-----/);
    expect(isChainWhole(chain)).toBe(true);
    expect(isChainWhole(readTlsFiles(both, one.key).chain)).toBe(false);
  });

  it('say how long the certificate is good', () => {
    const { certificate } = readTlsFiles(one.cert, one.key);
    const day = 86_400_000;
    expect(daysLeft(certificate)).toBe(29);
    expect(faultOfTime(certificate)).toBeUndefined();
    expect(faultOfTime(certificate, Date.now() + 31 * day)).toMatch(/^has ended on /);
    expect(faultOfTime(certificate, Date.now() - day)).toMatch(/^begins only on /);
  });

  it('are warned of 14 days before the end, and refused after it unless NGINX serves nobody', () => {
    const edge = { LISTEN: '443', TLS_CERT: one.cert, TLS_KEY: one.key };
    const inDays = (days: number) => ({ now: Date.now() + days * 86_400_000 });
    expect(checkCertificate({})).toEqual([]);
    expect(checkCertificate(edge, inDays(10))).toEqual([]);
    expect(checkCertificate(edge, inDays(20))).toEqual([
      `The certificate in ${one.cert} ends in 9 days. Renew it, then run: npx taskfleet reload nginx`,
    ]);
    expect(() => checkCertificate(edge, inDays(31))).toThrow(
      /has ended on [^]* Nothing was changed[^]*Renew it/,
    );
    expect(checkCertificate(edge, { isRestart: true, ...inDays(31) })).toEqual([
      expect.stringMatching(/ has ended on .* NGINX serves with it all the same\. Renew it/),
    ]);
    const foreign = { ...edge, TLS_KEY: other.key };
    expect(() => checkCertificate(foreign, { isRestart: true })).toThrow('does not belong');
  });

  it.each<[string, () => [string, string], RegExp]>([
    ['a key of another certificate', () => [one.cert, other.key], /does not belong to the certificate/],
    ['the certificates in the wrong order', () => [both, other.key], /must come first/],
    ['the files exchanged', () => [one.key, one.cert], /TLS_CERT names .*holds no whole certificate/],
    ['a missing file', () => [path.join(dir, 'none'), one.key], /no such file/],
    [
      'half a certificate',
      () => [file('half', readFileSync(one.cert, 'utf8').slice(0, 300)), one.key],
      /no whole/,
    ],
    ['no key', () => [one.cert, file('empty', '')], /no private key/],
    [
      'a key with a passphrase',
      () => [one.cert, file('locked', '-----BEGIN ENCRYPTED PRIVATE KEY-----')],
      /openssl pkey/,
    ],
    [
      'a short key',
      () => Object.values(makeCertificate(dir, 'short', 'rsa:1024')) as [string, string],
      /1024 bits/,
    ],
  ])('are refused: %s', (_name, files, message) => {
    expect(() => readTlsFiles(...files())).toThrow(message);
  });
});
