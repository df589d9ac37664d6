import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import path from 'node:path';
import tls from 'node:tls';
import { problemSchema } from '../../../src/schemas/values';
import { makeCertificate } from '../../../tools/kit/certificate';
import { dropPem, pemOf, takeEdge } from '../../../tools/local-servers/servers/nginx-edge';
import { startNginx } from '../../support/balancer';
import { newFolder } from '../../support/folder';
import { freePort } from '../../support/free-port';
import { listen, portOf } from '../../support/listen';
import { use } from '../../support/use';

/** Stands for an API worker: answers with the address that it receives. */
const worker = use(
  async () => {
    const server = createServer((request, response) =>
      response.end(JSON.stringify({ client: request.headers['x-forwarded-for'] })),
    );
    await listen(server);
    return { server, port: () => portOf(server) };
  },
  ({ server }) => {
    server.closeAllConnections();
    server.close();
  },
);

type Nginx = Awaited<ReturnType<typeof startNginx>>;
type Options = NonNullable<Parameters<typeof startNginx>[1]>;
/** Starts an NGINX that lets two requests of a client through, and one more each minute. */
const useNginx = (options: Options) =>
  use(
    () =>
      startNginx([worker.port()], {
        ...options,
        edge: { LIMIT_RATE: '1r/m', ...options.edge },
        otherwise: [['zone=requests burst=200', 'zone=requests burst=1']],
      }),
    (nginx) => nginx.stop(),
  );

/** Sends a request as a proxy on this host that passes on the address of its client. */
async function ask(nginx: Nginx, claimed?: string) {
  const headers: Record<string, string> = claimed ? { 'X-Forwarded-For': claimed } : {};
  const response = await fetch(`${nginx.url}/tasks`, { headers });
  const body = (await response.json()) as { client?: string };
  return response.status === 200 ? body.client : response.status;
}
const askThrice = async (nginx: Nginx, claimed?: string) => [
  await ask(nginx, claimed),
  await ask(nginx, claimed),
  await ask(nginx, claimed),
];

describe('NGINX behind a proxy of REAL_IP_FROM', () => {
  const nginx = useNginx({ edge: { REAL_IP_FROM: '127.0.0.1' } });

  it('gives two clients of the proxy two limits', async () => {
    expect(await askThrice(nginx, '203.0.113.1')).toEqual(['203.0.113.1', '203.0.113.1', 429]);
    expect(await askThrice(nginx, '203.0.113.2')).toEqual(['203.0.113.2', '203.0.113.2', 429]);
  });

  it('takes the address that the nearest proxy added, not those that the client wrote before it', async () => {
    expect(await ask(nginx, '127.0.0.1, 203.0.113.3')).toBe('203.0.113.3');
    expect(await ask(nginx, '203.0.113.4, 203.0.113.3, 127.0.0.1')).toBe('203.0.113.3');
    expect(await ask(nginx, '198.51.100.1, 203.0.113.3')).toBe(429);
  });

  it('exempts the host itself, but no client of the proxy that claims to be it', async () => {
    expect(await askThrice(nginx)).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1']);
    expect(await askThrice(nginx, '127.0.0.2')).toEqual(['unknown', 'unknown', 429]);
  });
});

describe('NGINX without REAL_IP_FROM', () => {
  const nginx = useNginx({});

  it('limits together all that a proxy on this host passes on, whatever they claim', async () => {
    expect(await ask(nginx, '203.0.113.1')).toBe('unknown');
    expect(await ask(nginx, '127.0.0.1')).toBe('unknown');
    expect(await ask(nginx, '203.0.113.2')).toBe(429);
    expect(await askThrice(nginx)).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1']);
  });
});

describe('NGINX with a proxy elsewhere', () => {
  const nginx = useNginx({ limitExempt: 'none', edge: { REAL_IP_FROM: '192.0.2.0/24' } });

  it('does not believe another client, and exempts nobody if LIMIT_EXEMPT is none', async () => {
    expect(await ask(nginx, '203.0.113.1')).toBe('127.0.0.1');
    expect(await ask(nginx, '203.0.113.2')).toBe('127.0.0.1');
    expect(await ask(nginx)).toBe(429);
  });

  it('answers a worker of this host that leaves as often as it asks', async () => {
    const statuses = new Set<number>();
    for (let asked = 0; asked < 300; asked++) {
      const response = await fetch(`${nginx.url}/health/serving`);
      await response.arrayBuffer();
      statuses.add(response.status);
    }
    expect([...statuses]).toEqual([200]);
  });
});

describe('NGINX with LIMIT_EXEMPT', () => {
  const nginx = useNginx({ limitExempt: '203.0.113.0/24', edge: { REAL_IP_FROM: 'loopback' } });

  it('exempts a network behind the proxy, and no other', async () => {
    expect(await askThrice(nginx, '203.0.113.1')).toEqual(Array(3).fill('203.0.113.1'));
    expect((await askThrice(nginx, '198.51.100.1'))[2]).toBe(429);
  });
});

describe('NGINX with a certificate', () => {
  const dir = newFolder();
  const files = makeCertificate(dir, 'first');
  const renewed = makeCertificate(dir, 'renewed');
  const ports = { http: 0, https: 0, more: 0 };
  const edge = () => ({
    LISTEN: `http://127.0.0.1:${ports.http}, 127.0.0.1:${ports.https}, https://127.0.0.2:${ports.more}`,
    TLS_CERT: files.cert,
    TLS_KEY: files.key,
  });
  const nginx = use(
    async () => {
      for (const name of ['http', 'https', 'more'] as const) ports[name] = await freePort();
      return startNginx([worker.port()], { edge: edge() });
    },
    ({ stop }) => stop(),
  );

  /** Shakes hands, and returns the protocols and the name in the certificate. */
  const shake = (options: tls.ConnectionOptions = {}) =>
    new Promise<Record<string, unknown>>((resolve, reject) => {
      const settings = { host: '127.0.0.1', port: ports.https, rejectUnauthorized: false, ...options };
      const socket = tls.connect(settings, () => {
        const { CN } = socket.getPeerCertificate().subject;
        resolve({ version: socket.getProtocol(), alpn: socket.alpnProtocol, name: CN });
        socket.destroy();
      });
      socket.once('error', reject);
    });

  it('serves at each address of LISTEN, and without TLS on this host', async () => {
    expect(await ask(nginx)).toBe('127.0.0.1');
    expect(await shake()).toMatchObject({ name: 'first' });
    expect(await shake({ host: '127.0.0.2', port: ports.more })).toMatchObject({ name: 'first' });
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('speaks %s', async (version) => {
    expect(await shake({ minVersion: version, maxVersion: version })).toMatchObject({ version });
  });

  it('refuses TLS 1.1', async () => {
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await expect(shake(old)).rejects.toMatchObject({ code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
  });

  it('speaks HTTP/2 if the client offers it, and HTTP/1.1 otherwise', async () => {
    expect(await shake({ ALPNProtocols: ['h2', 'http/1.1'] })).toMatchObject({ alpn: 'h2' });
    expect(await shake({ ALPNProtocols: ['http/1.1'] })).toMatchObject({ alpn: 'http/1.1' });
    const session = http2.connect(`https://127.0.0.1:${ports.https}`, { rejectUnauthorized: false });
    const stream = session.request({ ':path': '/tasks' });
    const text = (await stream.setEncoding('utf8').toArray()).join('');
    session.close();
    expect(JSON.parse(text)).toEqual({ client: '127.0.0.1' });
  });

  it('redirects GET and HEAD from the plain port, and refuses the rest with a problem', async () => {
    const send = (method: string) =>
      fetch(`http://127.0.0.1:${ports.http}/tasks?limit=1&q=a%20b`, { method, redirect: 'manual' });
    for (const method of ['GET', 'HEAD']) {
      const { status, headers } = await send(method);
      expect([status, headers.get('location')]).toEqual([
        308,
        `https://127.0.0.1:${ports.https}/tasks?limit=1&q=a%20b`,
      ]);
    }
    for (const method of ['POST', 'DELETE']) {
      const response = await send(method);
      expect(response.status).toBe(403);
      expect(problemSchema.parse(await response.json())).toMatchObject({ type: '/problems/https-required' });
    }
  });

  it('lets a certificate authority see its challenge on the plain port', async () => {
    const folder = path.join(nginx.dir, 'acme', '.well-known', 'acme-challenge');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'token'), 'proof');
    const url = (name: string) => `http://127.0.0.1:${ports.http}/.well-known/acme-challenge/${name}`;
    expect(await (await fetch(url('token'))).text()).toBe('proof');
    expect((await fetch(url('none'))).status).toBe(404);
  });

  it('takes a renewed certificate without a reload, and keeps its connections', async () => {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
    const localPorts = new Set<number>();
    const askOn = () =>
      new Promise<number>((resolve, reject) => {
        https
          .get({ agent, host: '127.0.0.1', port: ports.https, path: '/tasks' }, (response) => {
            localPorts.add(response.socket.localPort!);
            response.resume().once('end', () => resolve(response.statusCode!));
          })
          .once('error', reject);
      });
    try {
      expect(await askOn()).toBe(200);
      copyFileSync(renewed.cert, files.cert);
      await expect(takeEdge(nginx.dir, edge(), true)).rejects.toThrow('does not belong');
      expect(await shake()).toMatchObject({ name: 'first' });
      copyFileSync(renewed.key, files.key);
      await takeEdge(nginx.dir, edge(), true);
      expect(await shake()).toMatchObject({ name: 'renewed' });
      expect(await askOn()).toBe(200);
      expect(localPorts.size).toBe(1);
    } finally {
      agent.destroy();
    }
  });

  it('serves HTTPS on until NGINX has taken a configuration without a certificate', async () => {
    await takeEdge(nginx.dir, {}, true);
    expect(await shake()).toMatchObject({ version: 'TLSv1.3' });
    const other = newFolder();
    copyFileSync(pemOf(nginx.dir), pemOf(other));
    dropPem(other, edge());
    expect(existsSync(pemOf(other))).toBe(true);
    dropPem(other, {});
    expect(existsSync(pemOf(other))).toBe(false);
  });

  it('refuses a port that another program holds, and names it', async () => {
    const taken = { LISTEN: `127.0.0.1:${worker.port()}` };
    await expect(takeEdge(newFolder(), taken, false)).rejects.toThrow(
      /127\.0\.0\.1:\d+ is taken by process \d+/,
    );
  });
});
