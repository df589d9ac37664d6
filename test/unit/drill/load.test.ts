import { faultOf } from '../../../ops/drill/load';

describe('the judgement of a load', () => {
  it('finds no fault in requests that were answered', () => {
    expect(faultOf({ answered: 3, failed: 0, failures: {} })).toBeUndefined();
  });

  it('counts requests that failed', () => {
    expect(faultOf({ answered: 3, failed: 1, failures: { 'GET 502': 1 } })).toBe(
      '1 of 4 failed (1 × GET 502)',
    );
  });

  it('refuses a load that was not answered at all', () => {
    expect(faultOf({ answered: 0, failed: 0, failures: {} })).toBe('nothing was answered');
  });
});
