import { logTrustedProxies } from '../../../src/http/server/trusted-proxies';

function linesOf(host: string): string[] {
  const lines: string[] = [];
  const info = (_fields: object, text: string) => void lines.push(text);
  logTrustedProxies({ host, trustProxy: ['loopback', '10.0.0.10'] }, { info } as never);
  return lines;
}

describe('the start of an API worker', () => {
  it.each(['0.0.0.0', '::', '10.0.0.12', 'api.internal'])('reports whom it trusts at %s', (host) => {
    expect(linesOf(host)).toEqual([
      'HOST lets other hosts reach this worker; X-Forwarded-For is trusted from loopback, 10.0.0.10 (TRUST_PROXY)',
    ]);
  });

  it.each(['127.0.0.1', '::1', 'localhost'])('reports nothing at %s', (host) => {
    expect(linesOf(host)).toEqual([]);
  });
});
