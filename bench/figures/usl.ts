import type { UslFit } from '../store/result-types';
import { mean, sum } from './statistics';

interface ScalingPoint {
  workers: number;
  perSecond: number;
}

type Law = Omit<UslFit, 'r2'>;

/** One per coefficient. */
const LEAST_POINTS = 3;
/** Coefficients that may be other than 0: the first is 1/λ, the second σ/λ, the third κ/λ. */
const CHOICES = [[0], [0, 1], [0, 2], [0, 1, 2]] as const;
const ROUNDING = 1e-9;

/**
 * Fits the universal scalability law, X(N) = λN / (1 + σ(N−1) + κN(N−1)): N. J. Gunther, Guerrilla Capacity Planning,
 * 2007. N / X is linear in 1/λ, σ/λ and κ/λ, so the least squares of the relative errors have one solution and need no
 * iteration, which may end elsewhere. The errors are relative because the noise of a throughput grows with it. No
 * coefficient is below 0: the problem is convex, so the best of all choices of zero coefficients is the optimum.
 * @returns `undefined` for fewer than three numbers of workers
 */
export function fitUsl(points: readonly ScalingPoint[]): UslFit | undefined {
  const usable = points.filter(({ workers, perSecond }) => workers >= 1 && perSecond > 0);
  if (new Set(usable.map(({ workers }) => workers)).size < LEAST_POINTS) return undefined;
  const rows = usable.map(({ workers: n, perSecond: x }) => [x / n, (x / n) * (n - 1), x * (n - 1)]);
  const errorOf = (solution: number[]) => sum(rows.map((row) => (1 - dot(row, solution)) ** 2));
  const [best] = CHOICES.map((choice) => leastSquares(rows, choice))
    .filter((solution) => solution.every((value) => value >= 0))
    .sort((a, b) => errorOf(a) - errorOf(b));
  const [inverse = NaN, sigma = NaN, kappa = NaN] = best ?? [];
  const law = { lambda: 1 / inverse, sigma: sigma / inverse, kappa: kappa / inverse };
  return { ...law, r2: determination(law, usable) };
}

/** Returns the throughput of `n` workers; `n` need not be a whole number. */
export const throughputAt = ({ lambda, sigma, kappa }: Law, n: number): number =>
  (lambda * n) / (1 + sigma * (n - 1) + kappa * n * (n - 1));

/** Returns the number of workers with the greatest throughput, as a fraction; Infinity if more never cost anything. */
export const bestWorkers = ({ sigma, kappa }: Law): number =>
  sigma >= 1 ? 1 : Math.max(1, Math.sqrt((1 - sigma) / kappa));

/** Returns the greatest throughput of a whole number of workers, or the limit that ever more of them approach. */
export function bestThroughput(law: Law): number {
  const best = bestWorkers(law);
  if (best === Infinity) return law.sigma === 0 ? Infinity : law.lambda / law.sigma;
  return Math.max(throughputAt(law, Math.floor(best)), throughputAt(law, Math.ceil(best)));
}

/** Returns the least number of workers for this rate; `undefined` if no number is enough. */
export function workersFor(law: Law, perSecond: number): number | undefined {
  const { lambda, sigma, kappa } = law;
  // X(N) = r is aN² + bN + c = 0; this form of its smaller root holds for a = 0 as well.
  const a = perSecond * kappa;
  const b = perSecond * (sigma - kappa) - lambda;
  const c = perSecond * (1 - sigma);
  const root = (2 * c) / (Math.sqrt(b ** 2 - 4 * a * c) - b);
  const needed = Math.max(1, Math.ceil(root - ROUNDING));
  return throughputAt(law, needed) >= perSecond * (1 - ROUNDING) ? needed : undefined;
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  sum(a.map((value, index) => value * (b[index] ?? 0)));

/** Solves row · x ≈ 1 for all rows by the normal equations; coefficients outside `choice` are 0. */
function leastSquares(rows: number[][], choice: readonly number[]): number[] {
  const column = (index: number) => rows.map((row) => row[index] ?? NaN);
  const equations = choice.map((i) => [...choice.map((j) => dot(column(i), column(j))), sum(column(i))]);
  const solved = solve(equations);
  return [0, 1, 2].map((index) => (choice.includes(index) ? (solved[choice.indexOf(index)] ?? NaN) : 0));
}

/** Gauss–Jordan elimination; the matrix is positive definite, so no rows are swapped. */
function solve(table: number[][]): number[] {
  const size = table.length;
  for (let pivot = 0; pivot < size; pivot += 1) {
    const head = table[pivot]!.map((value) => value / table[pivot]![pivot]!);
    table = table.map((row, index) =>
      index === pivot ? head : row.map((value, column) => value - row[pivot]! * head[column]!),
    );
  }
  return table.map((row) => row[size]!);
}

/** Returns R² of the throughput. */
function determination(law: Law, points: readonly ScalingPoint[]): number {
  const middle = mean(points.map(({ perSecond }) => perSecond));
  const left = sum(points.map(({ workers, perSecond }) => (perSecond - throughputAt(law, workers)) ** 2));
  const all = sum(points.map(({ perSecond }) => (perSecond - middle) ** 2));
  return all === 0 ? 1 : 1 - left / all;
}
