import type { Person } from '../people/person';
import type { Versioned } from '../lib/version-tag';
import { IF_MISSING } from './task-model';
import { priorityAt } from './task-status';
import type { ListedTask } from './task-repository';

/** Returns a task for an answer. A removed assignee becomes null; fields newer than the record get their defaults. */
export const toTask = (task: ListedTask, people: Map<string, Person>) => ({
  _id: String(task._id),
  title: task.title,
  description: task.description ?? IF_MISSING.description,
  status: task.status,
  priority: priorityAt(task.priority ?? IF_MISSING.priority),
  labels: task.labels ?? IF_MISSING.labels,
  position: task.position ?? IF_MISSING.position,
  assignedTo: (task.assignedTo && people.get(String(task.assignedTo))) ?? null,
  deadline: task.deadline ?? IF_MISSING.deadline,
  createdAt: task.createdAt,
  updatedAt: task.updatedAt,
});

export type TaskView = ReturnType<typeof toTask>;

export const toTaskAt = (task: ListedTask, people: Map<string, Person>): Versioned<TaskView> => ({
  value: toTask(task, people),
  version: task.version ?? 0,
});
