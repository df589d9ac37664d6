import { parseApacheBench, toRun } from '../../../bench/load/apache-bench';

/** Output of ab 2.3 for sign-ups: the first answer has another length than the 99 that follow. */
const OUTPUT = `This is ApacheBench, Version 2.3 <$Revision: 1903618 $>
Benchmarking 127.0.0.1 (be patient).....done

Document Path:          /users/signup
Document Length:        421 bytes

Concurrency Level:      10
Time taken for tests:   8.312 seconds
Complete requests:      100
Failed requests:        99
   (Connect: 0, Receive: 0, Length: 99, Exceptions: 0)
Non-2xx responses:      99
Total transferred:      8814 bytes
Requests per second:    12.03 [#/sec] (mean)
Time per request:       831.172 [ms] (mean)
Time per request:       83.117 [ms] (mean, across all concurrent requests)

Percentage of the requests served within a certain time (ms)
  50%    820
  90%    880
  98%    910
  99%    923
 100%    923 (longest request)
`;

describe("ab's output", () => {
  it('is parsed', () => {
    expect(parseApacheBench(OUTPUT)).toEqual({
      perSecond: 12.03,
      meanMs: 831.172,
      p50Ms: 820,
      p90Ms: 880,
      p99Ms: 923,
      maxMs: 923,
      requests: 100,
      non2xx: 99,
      broken: 0,
    });
  });

  it('may lack the lines that ab leaves out if nothing failed', () => {
    const clean = OUTPUT.replace(/^ {3}\(Connect.*\n/m, '')
      .replace(/^Non-2xx.*\n/m, '')
      .replace('Failed requests:        99', 'Failed requests:        0');
    expect(parseApacheBench(clean)).toMatchObject({ non2xx: 0, broken: 0 });
  });

  it('is as expected with one 201 and 99 × 409, and with nothing else', () => {
    const result = parseApacheBench(OUTPUT);
    expect(toRun(result)).toMatchObject({ requests: 100, p99Ms: 923, errors: {} });
    expect(toRun({ ...result, non2xx: 100 }).errors).toEqual({ 'ab: 0 of 100 signed up, 0 broken': 1 });
    expect(toRun({ ...result, broken: 1 }).errors).toEqual({ 'ab: 1 of 100 signed up, 1 broken': 1 });
  });

  it('without a result is an error that contains it', () => {
    expect(() => parseApacheBench('apr_socket_recv: Connection refused (111)')).toThrow('Connection refused');
  });
});
