const variables = { mongo: 'MONGO_URL', redis: 'REDIS_URL', rabbit: 'AMQP_URL' };

/** @returns the URLs that the environment names for servers that run already */
export const urlsFromEnvironment = (): { mongo?: string; redis?: string; rabbit?: string } =>
  Object.fromEntries(
    Object.entries(variables).map(([name, variable]) => [name, process.env[variable] || undefined]),
  );

/** Makes the command use servers and folders of its own, whatever the environment names. */
export function forgetUrls() {
  for (const variable of [...Object.values(variables), 'DATA_DIR', 'TASKFLEET_CONFIG'])
    delete process.env[variable];
}
