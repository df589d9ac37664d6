/** The users and tasks of the model. It states the rules independently and imports nothing of src. */
export type Role = 'Admin' | 'worker';
export type Status = 'to Do' | 'Doing' | 'Done';
export type Priority = 'low' | 'normal' | 'high' | 'urgent';

export interface Person {
  id: string;
  token: string;
  role: Role;
  name: string;
  email: string;
  username: string;
  createdAt: string;
  updatedAt: string;
  version: number;
  isGone: boolean;
}

export interface Task {
  id: string;
  title: string;
  description: string;
  status: Status;
  priority: Priority;
  labels: string[];
  position: number;
  assignee: Person | null;
  deadline: string | null;
  createdAt: string;
  updatedAt: string;
  /** The server has written it at a time that no answer has shown yet: the next one shows it. */
  isTouched: boolean;
  version: number;
}

const PRIORITIES: Priority[] = ['low', 'normal', 'high', 'urgent'];
export const rankOf = (priority: Priority): number => PRIORITIES.indexOf(priority);

const MOVES: Record<Role, string[]> = {
  worker: ['to Do→Doing', 'Doing→to Do', 'Doing→Done'],
  Admin: ['to Do→Doing', 'Doing→to Do', 'Doing→Done', 'Done→Doing', 'Done→to Do'],
};
export const mayMove = (role: Role, from: Status, to: Status): boolean =>
  from === to || MOVES[role].includes(`${from}→${to}`);

export const showPerson = ({ id, name, email, username, role, createdAt, updatedAt }: Person) => ({
  _id: id,
  name,
  email,
  username,
  role,
  createdAt,
  updatedAt,
});

export const showTask = ({ id, assignee, isTouched, version, ...fields }: Task) => ({
  _id: id,
  ...fields,
  assignedTo: assignee && showPerson(assignee),
});

export const showUser = <T>(person: Person, tasks: T[]) => ({
  ...showPerson(person),
  disabled: false,
  tasks,
});

export const compare = <T extends string | number>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

export const newestFirst = (tasks: Task[]): Task[] =>
  [...tasks].sort((a, b) => compare(b.createdAt, a.createdAt) || compare(b.id, a.id));

export const tasksOf = (tasks: Task[], person: Person): Task[] =>
  newestFirst(tasks.filter(({ assignee }) => assignee === person)).slice(0, 100);
