/**
 * Chooses among `count` items as popularity is spread: the k-th most popular one with a weight of 1/k^s.
 *
 * @param random from 0 to 1, as Math.random
 * @returns a function that gives an index; 0 is the most popular
 */
export function createZipf(count: number, s: number, random: () => number = Math.random) {
  const cumulated = new Float64Array(count);
  let sum = 0;
  for (let index = 0; index < count; index += 1) {
    sum += 1 / (index + 1) ** s;
    cumulated[index] = sum;
  }

  return function choose(): number {
    const wanted = random() * sum;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulated[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
