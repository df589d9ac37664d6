import { lookup } from 'node:dns/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createProbe, findTargets, targetOfProbe } from '../../../src/http/server/balancer-probe';

jest.mock('node:dns/promises', () => ({ lookup: jest.fn() }));
const resolveTo = (...addresses: string[]) =>
  jest
    .mocked(lookup as (name: string) => Promise<unknown>)
    .mockResolvedValue(addresses.map((address) => ({ address })));

describe('each NGINX of BALANCER_URL', () => {
  it('is every address that a name has, asked with the name as its host', async () => {
    resolveTo('127.0.0.2', '127.0.0.3');
    const seen: unknown[] = [];
    const server = createServer(({ url, headers, socket }, response) => {
      seen.push([socket.localAddress, headers.host, targetOfProbe(url!)]);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
    const { port } = server.address() as AddressInfo;
    const targets = await findTargets([`http://edge.internal:${port}`]);
    const { ask, close } = createProbe(targets);
    for (const target of targets)
      await expect(ask(target, AbortSignal.timeout(5_000))).resolves.toBe('answered');
    const host = `edge.internal:${port}`;
    expect(seen).toEqual(
      ['127.0.0.2', '127.0.0.3'].map((address) => [address, host, `${host} at ${address}`]),
    );
    close();
    server.closeAllConnections();
    server.close();
  });

  it('is looked up anew each time, and is the name itself if it cannot be looked up', async () => {
    resolveTo('10.0.0.10');
    const addresses = async () => (await findTargets(['http://edge.internal'])).map(({ address }) => address);
    expect(await addresses()).toEqual(['10.0.0.10']);
    resolveTo('10.0.0.10', '10.0.0.20');
    expect(await addresses()).toEqual(['10.0.0.10', '10.0.0.20']);
    jest.mocked(lookup).mockRejectedValue(new Error('ENOTFOUND'));
    expect(await addresses()).toEqual([undefined]);
  });

  it('is not looked up again by each probe if its name is unknown', async () => {
    jest.mocked(lookup).mockReset().mockRejectedValue(new Error('ENOTFOUND'));
    const targets = await findTargets(['http://edge.invalid:1']);
    const { ask, close } = createProbe(targets);
    for (let i = 0; i < 3; i += 1)
      await expect(ask(targets[0]!, AbortSignal.timeout(5_000))).resolves.toBe('refused');
    expect(lookup).toHaveBeenCalledTimes(1);
    close();
  });

  it('is one for localhost and for an address, which need no look-up', async () => {
    jest.mocked(lookup).mockRejectedValue(new Error('not expected'));
    const urls = ['http://localhost:3000', 'http://10.0.0.10', 'https://[fd00::10]:8443'];
    const names = (await findTargets(urls)).map(({ name }) => name);
    expect(names).toEqual(['localhost:3000', '10.0.0.10', '[fd00::10]:8443']);
  });
});

describe('a request that is no probe', () => {
  it.each(['/health/serving', '/tasks?via=10.0.0.10', '/'])('comes through no known NGINX: %s', (url) =>
    expect(targetOfProbe(url)).toBeUndefined(),
  );
  it('does no harm if it is malformed', () => {
    expect(() =>
      ['/health/serving?via=%', '/health/serving?via=%E0%A4%A', ''].map(targetOfProbe),
    ).not.toThrow();
  });
});
