const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** Load goes to this machine and nowhere else. @throws where `url` leads away from it */
export function requireLoopback(url: string): void {
  const { hostname } = new URL(url);
  if (!LOOPBACK.has(hostname)) throw new Error(`the bench sends no load to ${hostname}`);
}
