import { readFileSync } from 'node:fs';
import { connect, type AddressInfo, type Server } from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { makeCertificate } from '../../../tools/kit/certificate';
import { brokerAt, connectToBroker, realBroker } from '../../support/brokers';
import { newFolder } from '../../support/folder';

describe('a broker with TLS', () => {
  const folder = newFolder();
  const servers: Server[] = [];
  afterAll(() => servers.forEach((server) => server.close()));

  async function startTls(name: string, host: string) {
    const { cert, key } = makeCertificate(folder, name);
    const server = tls.createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (socket) => {
      socket
        .pipe(connect(Number(realBroker.port), '127.0.0.1'))
        .on('error', () => {})
        .pipe(socket)
        .on('error', () => {});
    });
    server.on('tlsClientError', () => {});
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    return { cert, port: (server.address() as AddressInfo).port };
  }

  it('is used if AMQP_CA_FILE names its authority, by name and by address', async () => {
    const { cert, port } = await startTls('own', '127.0.0.1');
    for (const hostname of ['localhost', '127.0.0.1'])
      expect(await connectToBroker(brokerAt(port, { protocol: 'amqps:', hostname }), cert)).toBe(
        `${hostname}:${port}`,
      );
  });

  it('is refused without that, and with a certificate of another authority or host', async () => {
    const { cert, port } = await startTls('one', '127.0.0.1');
    const { cert: otherCert } = makeCertificate(folder, 'other');
    const url = brokerAt(port, { protocol: 'amqps:', hostname: 'localhost' });
    for (const caFile of [undefined, otherCert])
      await expect(connectToBroker(url, caFile)).rejects.toThrow(
        /certificate.*AMQP_CA_FILE must name the authority/,
      );
    await expect(connectToBroker(url, path.join(folder, 'missing'))).rejects.toThrow(/ENOENT/);
    const elsewhere = await startTls('two', '127.0.0.2');
    const wrongHost = brokerAt(elsewhere.port, { protocol: 'amqps:', hostname: '127.0.0.2' });
    await expect(connectToBroker(wrongHost, elsewhere.cert)).rejects.toThrow(
      /127\.0\.0\.2 is not in the cert's list/,
    );
    await expect(connectToBroker(brokerAt(port), cert)).rejects.toThrow(/127\.0\.0\.1/);
  });
});
