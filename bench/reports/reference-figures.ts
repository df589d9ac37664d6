/** POST /users/signup by `ab -c 10 -n 100` in the report that this project began with. */
export const SOURCE_REPORT = {
  one: { perSecond: 6, meanMs: 1_480 },
  cluster: { perSecond: 12, meanMs: 702 },
};
