/** True if one letter is added, missing or different, or two neighbours are swapped. */
export function isNear(name: string, other: string): boolean {
  let from = 0;
  while (from < name.length && name[from] === other[from]) from += 1;
  const [rest, otherRest] = [name.slice(from), other.slice(from)];
  return (
    rest.slice(1) === otherRest ||
    rest === otherRest.slice(1) ||
    rest.slice(1) === otherRest.slice(1) ||
    (rest[0] === otherRest[1] && rest[1] === otherRest[0] && rest.slice(2) === otherRest.slice(2))
  );
}
