const variables = { mongo: 'MONGO_URL', redis: 'REDIS_URL', rabbit: 'AMQP_URL' };

/** What the environment says about servers that run already. */
export const urlsFromEnvironment = (): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(variables).map(([name, variable]) => [name, process.env[variable] || undefined]),
  );

/** For a command whose servers are its own, whatever else the environment names. */
export function forgetUrls() {
  for (const variable of Object.values(variables)) delete process.env[variable];
}
