import type { Person } from '../users/user-view';
import type { TaskRecord } from './task-repository';

/** An assignee who is gone reads as nobody. */
export const toTask = (task: TaskRecord, people: Map<string, Person>) => ({
  _id: String(task._id),
  title: task.title,
  description: task.description,
  status: task.status,
  assignedTo: (task.assignedTo && people.get(String(task.assignedTo))) ?? null,
  deadline: task.deadline,
  createdAt: task.createdAt,
  updatedAt: task.updatedAt,
});

export type TaskView = ReturnType<typeof toTask>;
