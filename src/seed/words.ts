export const FIRST_NAMES =
  'Ada Alan Amara Anders Aylin Barbara Carlos Chen Clara Dennis Edsger Elif Emeka Fatima Frances Grace Hana Hedy Ines Ivan Jean Joan Kamal Katherine Ken Lena Linus Mai Margaret Nadia Niklaus Olga Omar Priya Radia Ravi Sophie Tim Yuki Zoë'.split(
    ' ',
  );
export const LAST_NAMES =
  'Adeyemi Allen Bauer Berg Costa Diaz Dubois Eriksen Fischer Garcia Haddad Hamilton Hopper Ito Jansen Johnson Kaya Kim Kovacs Lamarr Liskov Lovelace Meyer Moreau Novak Okafor Perlman Petrov Quist Ritchie Rossi Sato Silva Singh Tanaka Thompson Turing Weber Yilmaz Zhang'.split(
    ' ',
  );
export const VERBS =
  'Build Check Clean Count Deliver Fix Measure Move Order Paint Plan Repair Replace Sort'.split(' ');
export const THINGS = [
  ...['boxes', 'bicycles', 'chairs', 'coffee machine', 'door', 'fence', 'heating', 'invoices', 'lamps'],
  ...['network cables', 'pallets', 'printer', 'roof', 'shelves', 'spare parts', 'trucks', 'windows'],
];
export const PLACES = [
  ...['at the harbour', 'behind the workshop', 'for the new office', 'in Building 7', 'in the cellar'],
  ...['in the warehouse', 'near the gate', 'on the second floor', 'on the roof', 'under the stairs'],
];
export const NOTES = [
  'Ask the people there before you begin.',
  'The key is at the reception.',
  'Take pictures before and after.',
  'It was promised for last week.',
  'Two people are needed for it.',
  'Keep the bill.',
  'Use what is left of the green paint.',
  'The supplier calls back on Monday.',
];
export const LABELS = 'garden office transport urgent-repair safety customer winter inventory'.split(' ');
