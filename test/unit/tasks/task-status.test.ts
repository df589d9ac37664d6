import { movesFrom, sourcesOf, STATUSES } from '../../../src/tasks/task-status';

describe('the status of a task', () => {
  it.each(['worker', 'Admin'] as const)('is consistent in both directions for a %s', (role) => {
    for (const from of STATUSES) {
      for (const to of STATUSES) {
        expect(sourcesOf(to, role).includes(from)).toBe(from === to || movesFrom(from, role).includes(to));
      }
    }
  });

  it('is reopened only by an Admin', () => {
    expect(movesFrom('Done', 'worker')).toEqual([]);
    expect(movesFrom('Done', 'Admin')).toEqual(['Doing', 'to Do']);
  });
});
