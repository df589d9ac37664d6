/**
 * How long things may take, shortest of them by what: NGINX, PM2 and the processes wait for each other, so the order
 * counts; `npm run doctor` compares it with nginx.conf and ecosystem.config.js.
 */
export const timeLimits = {
  /** Shorter than NGINX waits for a worker (15 s), so that a client is told what became of the request. */
  requestMs: 12_000,
  /** Longer than NGINX keeps an idle connection: NGINX is the one to let go of it. */
  keepAliveMs: 65_000,
  /** A stopping process ends itself then: below PM2's kill_timeout. */
  stopMs: 13_000,
  /** How long a leaving API worker waits for NGINX to pass it over. */
  leaveMs: 6_000,
  /** How long after that it waits for requests under way: both, and closing what it has, within stopMs. */
  drainMs: 5_000,
  /** When a stopping job worker puts its jobs back. */
  jobGraceMs: 8_000,
  /** What a start may take on a busy machine. */
  startMs: 10_000,
};
