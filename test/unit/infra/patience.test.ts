import mongoose from 'mongoose';
import { createPatience } from '../../../src/infra/mongo/patience';
import { ServerAwayError } from '../../../src/lib/server-away';

const noPrimary = new mongoose.mongo.MongoServerError({ message: 'not primary', code: 10107 });
const away = new ServerAwayError('MongoDB', 'mongodb://db', new mongoose.mongo.MongoNetworkError('closed'));

describe('a start that needs MongoDB', () => {
  const warn = jest.fn();
  const failing = (...errors: Error[]) => {
    const step = jest.fn(async () => 'done');
    for (const error of errors) step.mockRejectedValueOnce(error);
    return step;
  };
  beforeEach(() => jest.clearAllMocks());

  it.each([
    ['no server answers', away],
    ['no server is primary', noPrimary],
  ])('tries again while %s, and logs why', async (_, error) => {
    const step = failing(error, error);
    await expect(createPatience(5_000, { warn })(step)).resolves.toBe('done');
    expect(step).toHaveBeenCalledTimes(3);
    expect(warn).toHaveBeenCalledWith(
      { reason: error.message.split('\n')[0] },
      'The start waits for MongoDB',
    );
  });

  it('ends with the last error once its time is over', async () => {
    const step = failing(noPrimary, noPrimary, away);
    await expect(createPatience(600, { warn })(step)).rejects.toBe(away);
  });

  it('has one limit for all steps', async () => {
    const patiently = createPatience(300, { warn });
    await patiently(failing(away));
    await expect(patiently(failing(away))).rejects.toBe(away);
  });

  it.each([
    new ServerAwayError(
      'MongoDB',
      'mongodb://db',
      new mongoose.mongo.MongoServerError({ message: 'Authentication failed.', code: 18 }),
    ),
    new Error('MONGO_URL names a server that is not a replica set'),
  ])('ends at once if waiting would not help: %s', async (error) => {
    const step = failing(error);
    await expect(createPatience(5_000, { warn })(step)).rejects.toBe(error);
    expect(step).toHaveBeenCalledTimes(1);
  });
});
