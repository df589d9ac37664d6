import { describeListen, parseListen } from '../../../src/config/listen';

const described = (text: string, hasCertificate = true) =>
  parseListen(text, hasCertificate)?.map(describeListen).join(' ');

describe('LISTEN', () => {
  it.each([
    ['80, 443', true, 'http://*:80 https://*:443'],
    ['80,8443', false, 'http://*:80 http://*:8443'],
    ['*:443', true, 'https://*:443'],
    ['10.0.0.5:443,[::1]:443', true, 'https://10.0.0.5:443 https://[::1]:443'],
    ['http://0.0.0.0:8080, https://[::]:8443', true, 'http://0.0.0.0:8080 https://[::]:8443'],
    ['https://80', true, 'https://*:80'],
  ])('%s with a certificate: %s is %s', (text, hasCertificate, expected) => {
    expect(described(text, hasCertificate)).toBe(expected);
  });

  it.each([
    '',
    ',',
    '0',
    '65536',
    'a',
    'localhost:80',
    '1.2.3:80',
    '[1.2.3.4]:x',
    'ftp://80',
    '80,80',
    '80;x',
    '::1:80',
  ])('refuses %s', (text) => expect(described(text)).toBeUndefined());
});
