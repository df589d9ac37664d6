import { ConfigError, configVariables, readConfig, withoutEmpty } from '../config';
import { configFaults } from '../config/faults';
import { stackSchema } from '../config/stack-variables';
import { findingsOf, type Finding } from './finding';

const { ok, warning, error } = findingsOf('Configuration');
const LOWEST_COST = 10;
/** Shorter names resemble too many others. */
const SHORTEST = 6;

/** Reports faults, unwise values in production, and misspelled names. */
export function judgeConfiguration(env: NodeJS.ProcessEnv): Finding[] {
  const faults = configFaults(stackSchema, withoutEmpty(env));
  let config: ReturnType<typeof readConfig> | undefined;
  try {
    config = readConfig(env);
  } catch (problem) {
    if (!(problem instanceof ConfigError)) throw problem;
    faults.unshift(...problem.faults);
  }
  const cure = 'Correct it, then run npm start (docs/configuration.md lists every variable)';
  const findings = [...faults.map((fault) => error(fault, cure)), ...nearMisses(env)];
  if (config?.nodeEnv === 'production') findings.push(...judgeProduction(config));
  return findings.length > 0 ? findings : [ok('every variable is as it should be')];
}

function judgeProduction(config: ReturnType<typeof readConfig>): Finding[] {
  const findings: Finding[] = [];
  if (config.bcryptCost < LOWEST_COST)
    findings.push(
      warning(
        `BCRYPT_COST is ${config.bcryptCost}: stolen hashes are quick to crack`,
        `BCRYPT_COST=${LOWEST_COST} npm start (applies to passwords set from then on)`,
      ),
    );
  if (isGuessable(config.jwtSecret))
    findings.push(
      warning(
        'JWT_SECRET looks like a placeholder: anyone who guesses it can make tokens',
        'JWT_SECRET=$(openssl rand -hex 32) npm start (all users must log in again)',
      ),
    );
  if (config.corsOrigins === '*')
    findings.push(
      warning('CORS_ORIGINS is *: any page may call the API', 'List the allowed origins instead'),
    );
  return findings;
}

/** Random secrets of 32 bytes have many different characters in any encoding. */
export const isGuessable = (secret: string): boolean =>
  new Set(secret).size < 8 || /change.?me|your.?|secret|password|example|placeholder/i.test(secret);

/** Finds variables that no process reads but whose name resembles a known one, such as BCRYPT_COSTS. */
function nearMisses(env: NodeJS.ProcessEnv): Finding[] {
  const known = [...configVariables, ...Object.keys(stackSchema.shape)];
  const unknown = Object.keys(env).filter((name) => /^[A-Z_]{5,}$/.test(name) && !known.includes(name));
  return unknown.flatMap((name) => {
    const meant = known.find((other) => other.length >= SHORTEST && isNear(name, other));
    return meant ? [warning(`${name} is set, but no process reads it`, `Did you mean ${meant}?`)] : [];
  });
}

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
