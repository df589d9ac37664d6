import pino from 'pino';
import { createLogStream } from '../../../src/process/logger';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function setUp() {
  const written: string[] = [];
  const stream = createLogStream((text) => written.push(text));
  const log = pino({ base: null, timestamp: false }, stream);
  const messages = () =>
    written.map((text) =>
      text
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { msg: string }).msg),
    );
  return { log, stream, messages };
}

describe('the log stream', () => {
  it('joins the lines of 100 ms into one write', () => {
    const { log, messages } = setUp();
    log.info('one');
    log.info('two');
    expect(messages()).toEqual([]);
    jest.advanceTimersByTime(100);
    log.info('three');
    jest.advanceTimersByTime(100);
    expect(messages()).toEqual([['one', 'two'], ['three']]);
  });

  it.each(['warn', 'error', 'fatal'] as const)('writes a line of level %s at once', (level) => {
    const { log, messages } = setUp();
    log.info('before');
    log[level]('trouble');
    expect(messages()).toEqual([['before', 'trouble']]);
  });

  it('bounds what waits', () => {
    const { log, messages } = setUp();
    for (let count = 0; count < 100; count++) log.info('x'.repeat(1_000));
    expect(messages()[0]!.length).toBeGreaterThan(50);
    expect(messages()[0]!.length).toBeLessThan(70);
  });

  it('writes what waits when it is flushed', () => {
    const { log, stream, messages } = setUp();
    log.info('last words');
    stream.flush();
    stream.flush();
    expect(messages()).toEqual([['last words']]);
  });
});
