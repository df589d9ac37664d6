/**
 * Time limits. NGINX, PM2 and the processes wait for each other, so the order of the limits matters; `npm run doctor`
 * compares them with nginx.conf and ecosystem.config.js.
 */
export const timeLimits = {
  /** Shorter than NGINX waits for an API worker (15 s), so that the worker can answer that it was too slow. */
  requestMs: 12_000,
  /** How long a request of an operator waits for another process to do it; shorter than requestMs. */
  operatorMs: 8_000,
  /** Longer than NGINX keeps an idle connection, so that NGINX is the one to close it. */
  keepAliveMs: 65_000,
  /** A stopping process ends itself after this; below PM2's kill_timeout. */
  stopMs: 13_000,
  /** How long a leaving API worker waits until NGINX skips it. */
  leaveMs: 6_000,
  /** How long it then waits for requests under way. Both waits and closing its connections fit into stopMs. */
  drainMs: 5_000,
  /** How long a stopping job worker lets its jobs run before it puts them back. */
  jobGraceMs: 8_000,
  /** How long a start may take on a busy host. */
  startMs: 10_000,
};
