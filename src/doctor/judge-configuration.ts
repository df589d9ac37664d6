import { ConfigError, readConfig } from '../config';
import { configFaults } from '../config/faults';
import { misspelled } from '../config/known-names';
import { withoutEmpty } from '../config/secret-files';
import { stackSchema } from '../config/stack-variables';
import { findingsOf, type Finding } from './finding';

const { ok, warning, error } = findingsOf('Configuration');
const LOWEST_COST = 10;

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
  if (config.jwtKeys.some(({ secret }) => isGuessable(secret)))
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

const nearMisses = (env: NodeJS.ProcessEnv): Finding[] =>
  misspelled(env).map(({ name, meant }) =>
    warning(`${name} is set, but no process reads it`, `Did you mean ${meant}?`),
  );
