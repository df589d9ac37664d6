/** Where the servers are that `npm test` started: it says so in the environment. */
export function serverUrl(name: 'MONGO_URL' | 'REDIS_URL' | 'AMQP_URL'): string {
  const url = process.env[name];
  if (!url) throw new Error(`${name} is not set: run \`npm test -- PATH\`, which starts the servers.`);
  return url;
}

/** The same server with a database of its own. */
export function mongoUrl(database: string): string {
  const url = new URL(serverUrl('MONGO_URL'));
  url.pathname = `/${database}`;
  return url.href;
}
