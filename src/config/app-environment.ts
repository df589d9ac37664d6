import { configSchema } from './schema';

/** PM2 sets the first, ecosystem.config.js the second and the trial of a build the third. */
const setByOthers = ['NODE_APP_INSTANCE', 'TASKFLEET_RELEASE', 'TASKFLEET_TRIAL'];

/** Only the doctor reads these, in its own environment: a change of them concerns no process. */
export const doctorVariables = ['AMQP_MANAGEMENT_URL'];

/** Every variable that the apps read and that their caller sets. */
export const appVariables = Object.keys(configSchema.shape).filter(
  (name) => ![...setByOthers, ...doctorVariables].includes(name),
);

/** Only the API needs these secrets: the job worker decodes pictures of strangers. */
const apiOnly = [
  ...doctorVariables,
  'JWT_SECRET',
  'JWT_SECRET_FILE',
  'JWT_SECRETS',
  'JWT_SECRETS_FILE',
  'REDIS_URL',
  'REDIS_URL_FILE',
  'PASSWORD_RESET_WEBHOOK',
  'PASSWORD_RESET_WEBHOOK_SECRET',
  'PASSWORD_RESET_WEBHOOK_SECRET_FILE',
];

/** The variables of a job worker: empty, not left out, because PM2 keeps for an app what it or the daemon had before. */
export const workerVariables = (env: Record<string, string>): Record<string, string> => ({
  ...env,
  ...Object.fromEntries(apiOnly.map((name) => [name, ''])),
});

/** The variables of `source` that the apps read. */
export const pickAppVariables = (source: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    appVariables.flatMap((name) => {
      const value = source[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
