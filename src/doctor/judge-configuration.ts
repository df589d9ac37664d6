import { ConfigError, configVariables, readConfig, withoutEmpty } from '../config';
import { configFaults } from '../config/faults';
import { stackSchema } from '../config/stack-variables';
import { findingsOf, type Finding } from './finding';

const { ok, warning, error } = findingsOf('Configuration');
const LOWEST_COST = 10;
/** Names that are shorter are near to too many others. */
const SHORTEST = 6;

/** What is wrong, what is allowed and unwise, and names that are nearly right. */
export function judgeConfiguration(env: NodeJS.ProcessEnv): Finding[] {
  const faults = configFaults(stackSchema, withoutEmpty(env));
  let config: ReturnType<typeof readConfig> | undefined;
  try {
    config = readConfig(env);
  } catch (problem) {
    if (!(problem instanceof ConfigError)) throw problem;
    faults.unshift(...problem.faults);
  }
  const cure = 'Correct it, then: npm start (docs/configuration.md has every variable)';
  const findings = [...faults.map((fault) => error(fault, cure)), ...nearMisses(env)];
  if (config?.nodeEnv === 'production') findings.push(...judgeProduction(config));
  return findings.length > 0 ? findings : [ok('every variable is as it should be')];
}

function judgeProduction(config: ReturnType<typeof readConfig>): Finding[] {
  const findings: Finding[] = [];
  if (config.bcryptCost < LOWEST_COST)
    findings.push(
      warning(
        `BCRYPT_COST is ${config.bcryptCost}: stolen hashes are guessed sooner`,
        `BCRYPT_COST=${LOWEST_COST} npm start (it holds for passwords set from then on)`,
      ),
    );
  if (isGuessable(config.jwtSecret))
    findings.push(
      warning(
        'JWT_SECRET looks like a placeholder: who guesses it makes tokens',
        'JWT_SECRET=$(openssl rand -hex 32) npm start (everybody has to log in again)',
      ),
    );
  if (config.corsOrigins === '*')
    findings.push(warning('CORS_ORIGINS is *: any page may call the API', 'Name the origins instead'));
  return findings;
}

/** A random one of 32 bytes has many different characters, however it is written. */
export const isGuessable = (secret: string): boolean =>
  new Set(secret).size < 8 || /change.?me|your.?|secret|password|example|placeholder/i.test(secret);

/** BCRYPT_COSTS: set, and read by nobody. */
function nearMisses(env: NodeJS.ProcessEnv): Finding[] {
  const known = [...configVariables, ...Object.keys(stackSchema.shape)];
  const unknown = Object.keys(env).filter((name) => /^[A-Z_]{5,}$/.test(name) && !known.includes(name));
  return unknown.flatMap((name) => {
    const meant = known.find((other) => other.length >= SHORTEST && isNear(name, other));
    return meant ? [warning(`${name} is set, and nobody reads it`, `Did you mean ${meant}?`)] : [];
  });
}

/** One letter more, less or other, or two that changed places. */
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
