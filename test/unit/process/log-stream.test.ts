import pino from 'pino';
import { createLogStream } from '../../../src/process/logger';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** @param end ends a write; by default at once */
function setUp(end = (done: () => void) => done()) {
  const written: string[] = [];
  const stream = createLogStream((text, done) => {
    written.push(text);
    end(done);
  });
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

  it('keeps lines until the write before them has ended, but not for long', () => {
    const ends: (() => void)[] = [];
    const { log, messages } = setUp((done) => ends.push(done));
    log.warn('one');
    log.warn('two');
    log.info('three');
    expect(messages()).toEqual([['one']]);
    ends[0]!();
    expect(messages()).toEqual([['one'], ['two', 'three']]);
    log.warn('four');
    jest.advanceTimersByTime(1_000);
    expect(messages().at(-1)).toEqual(['four']);
  });

  it('writes what waits when it is flushed', () => {
    const { log, stream, messages } = setUp();
    log.info('last words');
    stream.flush();
    stream.flush();
    expect(messages()).toEqual([['last words']]);
  });
});
