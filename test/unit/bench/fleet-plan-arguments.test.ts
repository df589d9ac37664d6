import { keptConstants } from '../../../bench/plan/read-constants';
import { useFleetPlan } from './support/fleet-plan';
import { buildResults } from './support/results';

const { save, run, plan } = useFleetPlan();

describe('arguments of a plan', () => {
  it.each([
    ['cached-read=90', 'add up to 90 instead of 100'],
    ['cached-read=60,create=50', 'add up to 110'],
    ['cached-read', 'must be NAME=PERCENT'],
    ['cached-read=-5,create=105', 'must be a percentage'],
    ['cached-read=1e2', 'must be a percentage'],
    ['reads=100', 'there is no request "reads"; use cached-read, '],
    ['constructor=100', 'there is no request'],
    ['cached-read=50,cached-read=50', 'cached-read is given twice'],
    [',', 'must be NAME=PERCENT'],
  ])('refuse --mix %s', (mix, message) => {
    const { status, out, err } = run('--rps', '10', '--mix', mix);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(message);
  });

  it.each([
    [['--rps', '0'], '--rps needs a number above 0'],
    [['--rps', '-1'], 'needs a value'],
    [['--rps', '10,x'], '--rps needs a number'],
    [['--rps', '1,2,3,4,5'], 'at most 4 rates'],
    [['--rps', '1e10'], 'up to'],
    [[], '--rps needs a number'],
    [['--rps', '10', '--cores', '0'], '--cores must be a whole number from 1'],
    [['--rps', '10', '--busy', '101'], '--busy must be a whole number from 1 to 100'],
    [['--rps', '10', '--lose', 'all'], '--lose must be one of none, host, zone'],
    [['--rps', '10', '--network', '0'], '--network must be'],
    [['--rps', '10', '--scenario', 'list'], 'either --mix or --scenario'],
  ])('refuse %j', (args, message) => {
    const { status, err } = run('--mix', 'create=100', ...args);
    expect(status).toBe(2);
    expect(err).toContain(message);
  });

  it('refuse those of --mix without it', () => {
    expect(run('--rps', '10', '--scenario', 'list', '--cores', '4').err).toContain('--cores needs --mix.');
  });

  it('take shares that add up but for rounding', () => {
    expect(plan('--rps', '10', '--mix', 'cached-read=33.3,list=33.3,create=33.4').fleet.hosts).toBe(3);
  });
});

describe('constants of your own', () => {
  it('replace those that they have, and are named as the source', () => {
    const file = save('own.json', { requests: { create: { cpuMicros: { MongoDB: 10 } } } });
    const { constants } = plan('--rps', '10', '--mix', 'create=100', '--file', file);
    expect(constants.requests.create!.cpuMicros).toMatchObject({ MongoDB: 10, source: 'own' });
    expect(constants.requests.create!.bytes).toEqual(keptConstants().requests.create!.bytes);
    expect(constants.sources.own!.command).toBe('given by own.json');
  });

  it('are printed, to be changed', () => {
    const { out } = run('--print-constants');
    const file = save('printed.json', out);
    expect(JSON.parse(out)).toEqual(keptConstants());
    expect(run('--print-constants', '--file', file)).toMatchObject({ status: 0 });
  });

  it('come from a result of the bench', () => {
    const file = save('r.json', buildResults());
    const { constants } = plan('--rps', '9', '--mix', 'cached-read=100', '--file', file);
    expect(constants.requests['cached-read']!.cpuMicros).toMatchObject({
      source: 'bench',
      NGINX: 35,
      Redis: 28,
    });
    expect(constants.requests.create!.bytes.source).toBe('bytes');
    expect(constants.law).toMatchObject({ source: 'bench', workers: 16 });
    expect(constants.sources.bench!.date).toBe('2026-01-02');
  });

  it.each([
    ['{', 'no valid JSON'],
    ['[]', 'must hold an object'],
    ['{"law":{"sigma":-1}}', 'law.sigma'],
    ['{"law":{"sigma":"x"}}', 'law.sigma'],
    ['{"laws":{}}', 'the file'],
    ['{"requests":{"mine":{"cpuMicros":{}}}}', 'requests.mine.cpuMicros'],
    ['{"memory":{"source":"nowhere","workerMb":1}}', 'sources has no "nowhere"'],
    ['{"format":1}', 'format 1'],
  ])('are refused with the place of the fault: %s', (text, message) => {
    const { status, err } = run('--rps', '9', '--mix', 'create=100', '--file', save('bad.json', text));
    expect(status).toBe(2);
    expect(err).toContain(message);
  });
});
