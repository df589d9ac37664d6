import { movesFrom, sourcesOf, STATUSES } from '../../../src/tasks/task-status';

describe('the status of a task', () => {
  it.each(['worker', 'Admin'] as const)('says the same from both sides for a %s', (role) => {
    for (const from of STATUSES) {
      for (const to of STATUSES) {
        expect(sourcesOf(to, role).includes(from)).toBe(from === to || movesFrom(from, role).includes(to));
      }
    }
  });

  it('lets an Admin alone reopen', () => {
    expect(movesFrom('Done', 'worker')).toEqual([]);
    expect(movesFrom('Done', 'Admin')).toEqual(['Doing', 'to Do']);
  });
});
