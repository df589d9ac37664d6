/**
 * Chooses among `count` items by Zipf's law: the k-th most popular has a weight of 1/k^s.
 * @param random returns numbers from 0 to 1, as Math.random does
 * @returns a function that returns an index; 0 is the most popular
 */
export function createZipf(count: number, s: number, random: () => number = Math.random) {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let index = 0; index < count; index += 1) sums[index] = sum += 1 / (index + 1) ** s;

  return function choose(): number {
    const wanted = random() * sum;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
