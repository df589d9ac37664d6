import { unchangedFilters } from '../../../src/tasks/task-repository';

const orMissing = (field: string, value: unknown) => ({
  $or: [{ [field]: value }, { [field]: { $exists: false } }],
});

describe('the condition that fields of a task are unchanged', () => {
  it('accepts records that lack a field if the value is what answers show for them', () => {
    expect(
      unchangedFilters({ description: '', priority: 'normal', labels: [], position: 0, deadline: null }),
    ).toEqual([
      orMissing('description', ''),
      orMissing('labels', []),
      orMissing('position', 0),
      orMissing('deadline', null),
      orMissing('priority', 1),
    ]);
  });

  it('accepts no record that lacks a field with any other value', () => {
    expect(unchangedFilters({ title: '', priority: 'high', labels: ['a'], position: 7 })).toEqual([
      { title: '' },
      { labels: ['a'] },
      { position: 7 },
      { priority: 2 },
    ]);
  });
});
