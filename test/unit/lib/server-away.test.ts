import { whyAway } from '../../../src/lib/server-away';

const SECRET = 'redis://ada:p@ss/w?rd@10.0.0.7:6379/2';

describe('the reason why a server is away', () => {
  it.each([
    [
      "Stream isn't writeable and enableOfflineQueue options is false",
      undefined,
      'no connection to 10.0.0.7:6379',
    ],
    ['connect ECONNREFUSED 10.0.0.7:6379', 'ECONNREFUSED', 'no connection to 10.0.0.7:6379 (ECONNREFUSED)'],
    ['', 'ECONNREFUSED', 'no connection to 10.0.0.7:6379 (ECONNREFUSED)'],
    ['Connection is closed.', undefined, 'no connection to 10.0.0.7:6379'],
    ['Command timed out', undefined, 'no answer from 10.0.0.7:6379 in time'],
    ['connect ETIMEDOUT', 'ETIMEDOUT', 'no answer from 10.0.0.7:6379 in time'],
    ['NOAUTH Authentication required.', undefined, 'wrong or missing password for 10.0.0.7:6379 (NOAUTH)'],
    [
      'WRONGPASS invalid username-password pair or user is disabled.',
      undefined,
      'wrong or missing password for 10.0.0.7:6379 (WRONGPASS)',
    ],
    [
      'Handshake terminated by server: 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - Login was refused"',
      undefined,
      'wrong or missing password for 10.0.0.7:6379 (ACCESS-REFUSED)',
    ],
  ])('says %p (%p) as %p', (message, code, said) =>
    expect(whyAway(Object.assign(new Error(message), { code }), SECRET)).toBe(said),
  );

  it('includes each broker of a list, without credentials', () => {
    const url = 'amqp://ada:s,ecret@h1:5672/x, amqps://ada:p@ss@h2/y';
    expect(whyAway(new Error('timed out'), url)).toBe('no answer from h1:5672, h2 in time');
  });

  it('includes all servers of a replica set, and nothing else of the URL', () => {
    const url = 'mongodb://ada:secret@a:27017,b:27018/taskfleet?replicaSet=rs0';
    expect(whyAway(new Error('connection 3 to a:27017 closed'), url)).toBe(
      'no connection to a:27017,b:27018',
    );
    expect(whyAway(new Error('connect ECONNREFUSED'), 'amqp://localhost')).toBe(
      'no connection to localhost (ECONNREFUSED)',
    );
  });
});
