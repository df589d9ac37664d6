/** The URL of a server that `npm test` started and names in the environment. */
export function serverUrl(name: 'MONGO_URL' | 'REDIS_URL' | 'AMQP_URL'): string {
  const url = process.env[name];
  if (!url) throw new Error(`${name} is not set: run \`npm test -- PATH\`, which starts the servers.`);
  return url;
}

/** The URL of this database on the test's MongoDB. */
export function mongoUrl(database: string): string {
  const url = new URL(serverUrl('MONGO_URL'));
  url.pathname = `/${database}`;
  return url.href;
}
