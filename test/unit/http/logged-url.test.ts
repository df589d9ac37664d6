import { loggedUrl } from '../../../src/http/server/logged-url';
import { createLogger } from '../../../src/process/logger';
import { oddTexts } from '../../../ops/drill/odd-text';

describe('a logged address', () => {
  it.each([
    ['/tasks?limit=2&status=Done', '/tasks?limit=2&status=Done'],
    ['/tasks?q=token', '/tasks?q=token'],
    ['/tasks?access_token=abc&limit=2', '/tasks?access_token=…&limit=2'],
    ['/x?a=1&newPassword=abc', '/x?a=1&newPassword=…'],
    ['/x?PASSWORD=a', '/x?PASSWORD=…'],
    ['/x?p%61ssword=a', '/x?p%61ssword=…'],
    ['/x?p%2561ssword=a', '/x?p%2561ssword=…'],
    ['/x?token%3Dabc&limit=2', '/x?…&limit=2'],
    ['/x?api%20key=a&api+key=b', '/x?api%20key=…&api+key=…'],
    ['/x?a[token]=b&limit=2', '/x?a[token]=…&limit=2'],
    ['/x?a%5Bsecret%5D=b', '/x?a%5Bsecret%5D=…'],
    // A secret may contain separators.
    ['/x?token=a?b;c/d=e', '/x?token=…'],
    ['/x?limit=2;token=a', '/x?limit=…'],
    ['/x;token=a/b?limit=2', '/x;token=…?limit=2'],
    ['/token=a/b', '/token=…'],
    ['/x?next=%2Fy%3Ftoken%3Dabc&limit=2', '/x?next=…&limit=2'],
    ['/x?filter={"password":"a"}', '/x?filter=…'],
    ['/x?code=a', '/x?code=…'],
    ['/x?user=b&pass=a', '/x?user=b&pass=…'],
    ['/x?filter={"pin":"a"}', '/x?filter=…'],
    ['/x?otp=a&sid=b&sig=c&key=d', '/x?otp=…&sid=…&sig=…&key=…'],
    ['/x?bearer=a&cookie=b', '/x?bearer=…&cookie=…'],
    ['/x?q=tft_abc-D_1&limit=2', '/x?q=tft_…&limit=2'],
    ['/tft%5Fabc%2Dd/x', '/tft_…/x'],
    ['/x?q=a%20tf%74_abc%64&limit=2', '/x?q=a%20tft_…&limit=2'],
    ['/x?q=%74%66%70%5F%61%62&r=tfr%5f1', '/x?q=tfp_…&r=tfr_…'],
    ['/x?next=%2Fy%3Fq%3Dtft%255Fabc%26z', '/x?next=%2Fy%3Fq%3Dtft_…%26z'],
    ['/x?q=100%&r=%zz%5', '/x?q=100%&r=%zz%5'],
    ['/x?monkey=a&bypass=b', '/x?monkey=a&bypass=b'],
  ])('of %s is %s', (url, logged) => expect(loggedUrl(url)).toBe(logged));

  it('is cut', () => {
    expect(loggedUrl(`/${'x'.repeat(8_000)}`)).toBe(`/${'x'.repeat(998)}…`);
    for (const text of Object.values(oddTexts(8_000)))
      expect(loggedUrl(`/?${text}`).length).toBeLessThan(1_500);
  });

  it('takes no longer for a text that once blocked a worker for 15 seconds than for letters', () => {
    const timeOf = (url: string) => {
      const startedAt = performance.now();
      for (let count = 0; count < 200; count++) loggedUrl(url);
      return performance.now() - startedAt;
    };
    // Both hold a name that is looked for, so that both are looked at whole.
    const letters = `/?${'x'.repeat(4_000)}token=${'x'.repeat(4_100)}`;
    const hostile = `/${'?'.repeat(4_000)}${'token'.repeat(830)}`;
    timeOf(letters);
    expect(timeOf(hostile) / timeOf(letters)).toBeLessThan(50);
    const escapes = `/?${'%'.repeat(2_000)}${'%25'.repeat(2_000)}`;
    expect(timeOf(escapes) / timeOf(letters)).toBeLessThan(50);
  });
});

describe('an error in the log', () => {
  let written = '';
  beforeAll(() => {
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => (written += String(text)) !== '');
  });
  afterAll(() => jest.restoreAllMocks());

  it('has a bounded message, stack and list of causes', () => {
    let error = new Error('x'.repeat(100_000));
    for (let count = 0; count < 100; count++) error = new Error('y'.repeat(100_000), { cause: error });
    createLogger('error', 'test').error({ err: error }, 'It failed');
    const { err } = JSON.parse(written) as { err: { message: string; stack: string; cause: object } };
    expect(err.message).toBe(`${'y'.repeat(999)}…`);
    expect(err.cause).toHaveProperty('message');
    expect(written.length).toBeLessThan(50_000);
  });
});
