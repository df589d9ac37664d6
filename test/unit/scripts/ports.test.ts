import { findFree } from '../../../tools/local-servers/ports';

describe('the choice of ports', () => {
  it('finds no port that fetch refuses to ask, alone or within a block', async () => {
    expect(await findFree(5_060)).toBeGreaterThan(5_061);
    const first = await findFree(4_041, { size: 16, step: 20 });
    expect(first).toBeGreaterThan(4_045);
    expect(first % 20).toBe(1);
  });
});
