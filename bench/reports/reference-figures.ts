/** POST /users/signup by `ab -c 10 -n 100` in the report that this project began with. */
export const SOURCE_REPORT = {
  one: { perSecond: 6, meanMs: 1_480 },
  cluster: { perSecond: 12, meanMs: 702 },
};

/**
 * GET /users/:id over 10 connections while 10 others sign up: each run once, on two cores, Node 20, bcryptjs,
 * the same embedded MongoDB. The boilerplate is hagopj13's; its hashes are four times cheaper than at cost 10.
 */
export const PEERS = [
  { name: "source report's code, 1 process", perSecond: 11.7, p50Ms: 799 },
  { name: 'the same, PM2 × 2', perSecond: 22.8, p50Ms: 406 },
  { name: 'node-express-boilerplate, cost 8', perSecond: 58, p50Ms: 163 },
  { name: 'the same, PM2 × 2', perSecond: 112, p50Ms: 87 },
];
