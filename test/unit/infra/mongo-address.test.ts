import mongoose from 'mongoose';
import { CONSISTENCY, consistentUrl, whyUnsuited } from '../../../src/infra/mongo/consistency';

const host = 'mongodb://ada:p%3Fw@db-1:27017,db-2/taskfleet';

describe('an address of MongoDB', () => {
  it.each([
    'readPreference=secondaryPreferred',
    'readpreference=SECONDARY&readPreferenceTags=dc:east&readPreferenceTags=',
    'READPREFERENCE=nearest&maxStalenessSeconds=120',
    'read%50reference=secondary',
    'readConcernLevel=available',
    'w=1',
    'w=0&W=2',
    'w=1&journal=false&wtimeoutMS=1',
    'j=false&wtimeout=1',
    'retryWrites=false&retryReads=false',
  ])('cannot make reads or writes less certain by %s', (options) => {
    const { url, ignored } = consistentUrl(`${host}?replicaSet=rs&${options}&appName=x`);
    expect(ignored).toEqual(options.split('&'));
    const client = new mongoose.mongo.MongoClient(url, { ...CONSISTENCY });
    const { readPreference, readConcern, writeConcern, retryWrites, retryReads } = client.options;
    expect(readPreference).toMatchObject({ mode: 'primary' });
    expect([readPreference.maxStalenessSeconds, readPreference.tags]).toEqual([undefined, undefined]);
    expect(readConcern.level).toBe('local');
    expect(writeConcern).toEqual(expect.objectContaining({ w: 'majority', journal: true }));
    expect(writeConcern.wtimeoutMS).toBeUndefined();
    expect([retryWrites, retryReads]).toEqual([true, true]);
  });

  it('keeps all its other options as they stand', () => {
    const url = `${host}?replicaSet=rs&authSource=admin&tlsCAFile=%2Fca.pem`;
    expect(consistentUrl(url)).toEqual({ url, ignored: [] });
    expect(consistentUrl(`${host}?w=1`)).toEqual({ url: host, ignored: ['w=1'] });
    expect(consistentUrl('mongodb+srv://db.example/x?w=1&tls=true').url).toBe(
      'mongodb+srv://db.example/x?tls=true',
    );
  });

  it('is refused if it leads to one member of several, or to no replica set', () => {
    const set = { setName: 'rs', hosts: ['a:1', 'b:1'], passives: ['c:1'] };
    expect(whyUnsuited(set, true)).toMatch(/has 3 members.*Replace directConnection=true by replicaSet=rs/);
    expect(whyUnsuited(set, false)).toBeUndefined();
    expect(whyUnsuited({ setName: 'rs', hosts: ['a:1'] }, true)).toBeUndefined();
    expect(whyUnsuited({ msg: 'isdbgrid' }, true)).toBeUndefined();
    expect(whyUnsuited({}, false)).toMatch('is not a replica set');
  });
});
