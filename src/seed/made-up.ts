import type { Made } from '../infra/mongo/mongo';
import { PRIORITIES } from '../tasks/task-status';
import type { NewTask } from '../tasks/task-repository';
import type { NewUser } from '../users/user-repository';
import { createRandom, idOf } from './random';

const FIRST_NAMES =
  'Ada Alan Amara Anders Aylin Barbara Carlos Chen Clara Dennis Edsger Elif Emeka Fatima Frances Grace Hana Hedy Ines Ivan Jean Joan Kamal Katherine Ken Lena Linus Mai Margaret Nadia Niklaus Olga Omar Priya Radia Ravi Sophie Tim Yuki Zoë'.split(
    ' ',
  );
const LAST_NAMES =
  'Adeyemi Allen Bauer Berg Costa Diaz Dubois Eriksen Fischer Garcia Haddad Hamilton Hopper Ito Jansen Johnson Kaya Kim Kovacs Lamarr Liskov Lovelace Meyer Moreau Novak Okafor Perlman Petrov Quist Ritchie Rossi Sato Silva Singh Tanaka Thompson Turing Weber Yilmaz Zhang'.split(
    ' ',
  );
const VERBS = 'Build Check Clean Count Deliver Fix Measure Move Order Paint Plan Repair Replace Sort'.split(
  ' ',
);
const THINGS = [
  ...['boxes', 'bicycles', 'chairs', 'coffee machine', 'door', 'fence', 'heating', 'invoices', 'lamps'],
  ...['network cables', 'pallets', 'printer', 'roof', 'shelves', 'spare parts', 'trucks', 'windows'],
];
const PLACES = [
  ...['at the harbour', 'behind the workshop', 'for the new office', 'in Building 7', 'in the cellar'],
  ...['in the warehouse', 'near the gate', 'on the second floor', 'on the roof', 'under the stairs'],
];
const NOTES = [
  'Ask the people there before you begin.',
  'The key is at the reception.',
  'Take pictures before and after.',
  'It was promised for last week.',
  'Two people are needed for it.',
  'Keep the bill.',
  'Use what is left of the green paint.',
  'The supplier calls back on Monday.',
];
const LABELS = 'garden office transport urgent-repair safety customer winter inventory'.split(' ');

/** Base of all times, so that each run makes the same. */
const NOW = Date.UTC(2026, 10, 1, 12);
const DAY_MS = 86_400_000;
const TASKS_OVER_MS = 90 * DAY_MS;

const userName = (seed: number, index: number) => `user ${index} of seed ${seed}`;
const plain = (text: string) =>
  text
    .normalize('NFKD')
    .replace(/\P{ASCII}/gu, '')
    .toLowerCase();

/** Makes the user with this number, the same each time. */
export function userAt(seed: number, index: number, passwordHash: string): NewUser & Made {
  const name = userName(seed, index);
  const random = createRandom(name);
  const [first, last] = [random.pick(FIRST_NAMES), random.pick(LAST_NAMES)];
  const username = `${plain(first)}.${plain(last)}.${seed}.${index}`;
  return {
    id: idOf(name),
    at: new Date(NOW - TASKS_OVER_MS - random.whole(365 * DAY_MS)),
    name: `${first} ${last}`,
    email: `${username}@example.com`,
    username,
    passwordHash,
    role: 'worker',
  };
}

/** Makes the task with this number, assigned to one of `users` users or, one in ten, unassigned. */
export function taskAt(seed: number, index: number, users: number): NewTask & Made {
  const name = `task ${index} of seed ${seed}`;
  const random = createRandom(name);
  const at = new Date(NOW - random.whole(TASKS_OVER_MS));
  const notes = Array.from({ length: random.whole(4) }, () => random.pick(NOTES));
  const labels = Array.from({ length: random.whole(4) }, () => random.pick(LABELS));
  const deadline = new Date(at.getTime() + (1 + random.whole(120)) * DAY_MS);
  return {
    id: idOf(name),
    at,
    title: `${random.pick(VERBS)} the ${random.pick(THINGS)} ${random.pick(PLACES)}`,
    description: [...new Set(notes)].join(' '),
    status: random.pick(['to Do', 'to Do', 'to Do', 'Doing', 'Done', 'Done'] as const),
    priority: random.pick(['normal', 'normal', ...PRIORITIES] as const),
    labels: [...new Set(labels)],
    position: at.getTime(),
    assignedTo: random.chance(0.1) ? null : idOf(userName(seed, random.whole(users))),
    deadline: random.chance(0.3) ? null : deadline,
  };
}
