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
  /** A stopping process ends itself after this, and an API worker after stopMsOf; below PM2's kill_timeout. */
  stopMs: 13_000,
  /** How long a leaving API worker waits until NGINX skips it. */
  leaveMs: 6_000,
  /** How long it then waits for requests under way. Both waits and closing its connections fit into stopMs. */
  drainMs: 5_000,
  /** How long a stopping job worker lets its jobs run before it puts them back. */
  jobGraceMs: 8_000,
  /** How long a start may take on a busy host. */
  startMs: 10_000,
  /**
   * How long a start waits for MongoDB: longer than an election (12 s). With the last try and the rest of the start it
   * fits into PM2's listen_timeout and the start period of the image's health check, 30 s each.
   */
  patienceMs: 20_000,
};

/** Highest DRAIN_MS. */
export const LONGEST_DRAIN_MS = 60_000;

/** Enough for NGINX, which closes idle connections after 1 s. */
const WINDOW_MS = 1_500;

/**
 * Splits DRAIN_MS. Up to 1.5 s all of it is the window in which a worker closes its port and then its idle connections.
 * Beyond that the worker serves as before until the port closes: an engine takes seconds to stop sending to an address
 * that is no longer ready.
 */
export const drainTimes = (drainMs: number) => ({
  serveMs: drainMs > WINDOW_MS ? drainMs - WINDOW_MS / 2 : 0,
  windowMs: Math.min(drainMs, WINDOW_MS),
});

/** Limit of an API worker that stops. */
export const stopMsOf = (drainMs: number): number => timeLimits.stopMs + drainTimes(drainMs).serveMs;
