import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { countTraffic, parseSockets, trafficPerRequest } from '../../../bench/figures/traffic';

const TEXT = `0      0      127.0.0.1:6379  127.0.0.1:47048
\t bbr wscale:10,10 rto:204 bytes_sent:900 bytes_retrans:50 bytes_acked:831 bytes_received:109 segs_out:8
0      0      [::ffff:127.0.0.1]:3000 [::ffff:127.0.0.1]:1
\t cubic rto:204 segs_out:8
`;

describe('traffic', () => {
  it('is read from the counters of each socket', () => {
    expect([...parseSockets(TEXT).values()]).toEqual([
      { port: 6379, inBytes: 109, outBytes: 831 },
      { port: 3000, inBytes: 0, outBytes: 0 },
    ]);
  });

  it('is that of the connections which a server has accepted', async () => {
    const server = createServer((socket) => void socket.on('data', () => socket.write('x'.repeat(5_000))));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const client = connect(port, '127.0.0.1');
    try {
      const [began, since] = [performance.now(), countTraffic({ mine: port, other: 1 })];
      let received = 0;
      client.on('data', (data) => (received += data.length)).write('y'.repeat(700));
      while (received < 5_000) await once(client, 'data');
      const use = since();
      const seconds = (performance.now() - began) / 1_000;
      expect(use?.other).toEqual({ inBytes: 0, outBytes: 0, connections: 0 });
      expect(use?.mine?.connections).toBe(1);
      // The clock of the count began a little later and ended a little earlier.
      expect(use!.mine!.inBytes * seconds).toBeGreaterThanOrEqual(700);
      expect(use!.mine!.outBytes / use!.mine!.inBytes).toBeCloseTo(5_000 / 700, 6);
    } finally {
      client.destroy();
      server.close();
    }
  });

  it('of a request is that of a second by the rate', () => {
    const use = { Redis: { inBytes: 600, outBytes: 1_200, connections: 2 } };
    expect(trafficPerRequest(use, 300)).toEqual({ Redis: { inBytes: 2, outBytes: 4, connections: 2 } });
    expect(trafficPerRequest(use, 0)).toBeUndefined();
    expect(trafficPerRequest(undefined, 300)).toBeUndefined();
  });
});
