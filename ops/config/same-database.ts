/** The hosts and the name of a database; undefined for a text that is no URL of MongoDB. */
function partsOf(url: string) {
  const [, hosts, name = ''] = /^mongodb(?:\+srv)?:\/\/(?:[^/]*@)?([^/?]*)(?:\/([^?]*))?/.exec(url) ?? [];
  return hosts === undefined ? undefined : { hosts: hosts.toLowerCase().split(','), name };
}

const withPort = (host: string) => (/:\d+$/.test(host) ? host : `${host}:27017`);

/**
 * Judges by the URLs alone: the same name on at least one common host. A member that joined the replica set or another
 * password is no other database.
 *
 * @param was undefined for the stack's own database, as `next`
 */
export function isSameDatabase(was: string | undefined, next: string | undefined): boolean {
  const [old, fresh] = [was, next].map((url) => (url === undefined ? undefined : partsOf(url)));
  if (!old || !fresh) return was === next;
  const hosts = fresh.hosts.map(withPort);
  return old.name === fresh.name && old.hosts.some((host) => hosts.includes(withPort(host)));
}
